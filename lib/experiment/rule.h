// What a key of a recipe may hold: the rules of the field table (fields.h).
#pragma once

#include <limits>
#include <string>
#include <string_view>

#include "base/call_text.h"

namespace elubench::experiment {

// Anything of the key's type.
struct Any {};

// Anything of the type of a key that is younger than runs which are kept: where their run.toml does not have it,
// they were made with the member's default.
struct AnyYounger : Any {};

// Text that names something; `canonical` throws UsageError for what does not exist, and gives the one spelling
// that is kept.
struct Named {
  std::string (*canonical)(std::string_view text);
};

// Numbers from `lowest` to `highest`.
struct Interval {
  double lowest = 0;
  double highest = std::numeric_limits<double>::max();
  bool with_lowest = true;
  bool with_highest = true;

  bool contains(double value) const {
    return (with_lowest ? value >= lowest : value > lowest) && (with_highest ? value <= highest : value < highest);
  }
  // "1 or more", "more than 0", "0 or more and less than 1"
  std::string text() const {
    const std::string low = with_lowest ? number_text(lowest) + " or more" : "more than " + number_text(lowest);
    if (highest == std::numeric_limits<double>::max()) return low;
    return low + (with_highest ? " and at most " : " and less than ") + number_text(highest);
  }
};

constexpr Interval at_least(double lowest) { return {.lowest = lowest}; }
constexpr Interval from_to(double lowest, double highest) { return {.lowest = lowest, .highest = highest}; }
constexpr Interval more_than_and_at_most(double lowest, double highest) {
  return {.lowest = lowest, .highest = highest, .with_lowest = false};
}
constexpr Interval from_and_below(double lowest, double bound) {
  return {.lowest = lowest, .highest = bound, .with_highest = false};
}

}  // namespace elubench::experiment
