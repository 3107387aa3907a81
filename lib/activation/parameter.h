// What an activation says of its parameters.
#pragma once

#include <limits>
#include <string_view>

namespace elubench::activation {

inline constexpr double unbounded = std::numeric_limits<double>::infinity();

// No function means anything beyond, and float would overflow.
inline constexpr double largest_parameter = 1e6;

// A parameter of the function F: a member, with the range of its values. Its default is the member's initial
// value.
template <class F>
struct Field {
  std::string_view name;
  double F::*member;
  double lowest;   // inclusive
  double highest;  // inclusive
};

}  // namespace elubench::activation
