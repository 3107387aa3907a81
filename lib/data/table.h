// The data sets that there are. Free of LibTorch.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace elubench::data {

struct Row {
  std::string name;
  std::int64_t classes, train_images, test_images;
  bool synthetic;
  std::string source;
  std::string note;
};

// As `elubench list datasets` shows them; the numbers of `synthetic` are its defaults.
std::vector<Row> table();

// The row of the set that `text` names, without reading any data; with `synthetic(...)` its own numbers. Throws
// UsageError: unknown set (names the nearest), unknown argument, argument out of range.
Row find_set(std::string_view text);

// The one way to write a set: the name, `synthetic` with all its arguments. Throws as find_set() does.
std::string canonical_set(std::string_view text);

}  // namespace elubench::data
