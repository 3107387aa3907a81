#include "data/table.h"

#include "base/call_text.h"
#include "base/error.h"
#include "data/cifar_files.h"
#include "data/synthetic_options.h"

namespace elubench::data {
namespace {

Row row_of(const SyntheticOptions& options) {
  return {"synthetic",
          options.classes,
          options.train_images,
          options.test_images,
          true,
          "made from the seed when it is loaded",
          to_text(options)};
}

Row row_of(const CifarSet& set) {
  return {set.name,
          set.classes,
          set.train_images(),
          set.test_images(),
          false,
          "https://www.cs.toronto.edu/~kriz/cifar.html",
          "colour photographs, Krizhevsky 2009; elubench data fetch " + set.name};
}

}  // namespace

std::vector<Row> table() {
  std::vector<Row> rows;
  for (const CifarSet& set : cifar_sets()) rows.push_back(row_of(set));
  rows.push_back(row_of(SyntheticOptions{}));
  return rows;
}

Row find_set(std::string_view text) {
  const CallText call = parse_call(text);
  if (call.name == "synthetic") return row_of(parse_synthetic(text));
  std::vector<std::string> names;
  for (const Row& row : table()) {
    if (row.name == call.name) {
      if (call.arguments.empty()) return row;
      throw UsageError("the data set '" + call.name + "' takes no arguments; write it as " + call.name);
    }
    names.push_back(row.name);
  }
  throw UsageError("unknown data set '" + call.name + "'" + suggestion(call.name, names));
}

std::string canonical_set(std::string_view text) {
  const Row row = find_set(text);
  return row.synthetic ? to_text(parse_synthetic(text)) : row.name;
}

}  // namespace elubench::data
