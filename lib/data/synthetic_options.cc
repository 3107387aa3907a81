#include "data/synthetic_options.h"

#include <cmath>

#include "base/call_text.h"
#include "base/error.h"

namespace elubench::data {
namespace {

std::uint64_t whole_number(const std::string& name, double value, double lowest, double highest) {
  if (value >= lowest && value <= highest && value == std::floor(value)) return static_cast<std::uint64_t>(value);
  throw UsageError("'" + name + "' of the data set 'synthetic' is " + number_text(value) +
                   "; it must be a whole number from " + number_text(lowest) + " to " + number_text(highest));
}

}  // namespace

SyntheticOptions parse_synthetic(std::string_view text) {
  constexpr double most_images = 1000000;
  SyntheticOptions options;
  for (const auto& [name, value] : parse_call(text).arguments) {
    if (name == "classes") {
      options.classes = static_cast<std::int64_t>(whole_number(name, value, 2, 1000));
    } else if (name == "train_images") {
      options.train_images = static_cast<std::int64_t>(whole_number(name, value, 1, most_images));
    } else if (name == "test_images") {
      options.test_images = static_cast<std::int64_t>(whole_number(name, value, 1, most_images));
    } else if (name == "seed") {
      options.seed = whole_number(name, value, 0, 0x1p53 - 1);
    } else {
      throw UsageError("the data set 'synthetic' has no argument '" + name + "'" +
                       suggestion(name, {"classes", "train_images", "test_images", "seed"}));
    }
  }
  return options;
}

std::string to_text(const SyntheticOptions& options) {
  return "synthetic(classes=" + std::to_string(options.classes) +
         ", train_images=" + std::to_string(options.train_images) +
         ", test_images=" + std::to_string(options.test_images) + ", seed=" + std::to_string(options.seed) + ")";
}

}  // namespace elubench::data
