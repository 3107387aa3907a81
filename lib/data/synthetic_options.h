// What `synthetic(...)` of a recipe says. Free of LibTorch.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace elubench::data {

struct SyntheticOptions {
  std::int64_t classes = 100;         // 2 to 1,000
  std::int64_t train_images = 50000;  // 1 to 1,000,000
  std::int64_t test_images = 10000;   // 1 to 1,000,000
  std::uint64_t seed = 0;             // below 2^53
};

// `synthetic`, `synthetic(classes=10, seed=3)`. Throws UsageError that names the argument and its range.
SyntheticOptions parse_synthetic(std::string_view text);

// With every argument.
std::string to_text(const SyntheticOptions& options);

}  // namespace elubench::data
