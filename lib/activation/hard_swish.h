#pragma once

#include <array>
#include <string_view>

#include "activation/math.h"
#include "activation/parameter.h"

namespace elubench::activation {

struct HardSwish {
  static constexpr std::string_view name = "hard_swish";
  static constexpr std::string_view formula = "x min(max(x + 3, 0), 6) / 6";
  static constexpr std::string_view source = "Howard et al. 2019";
  static constexpr bool monotone = false;
  static constexpr std::array<Field<HardSwish>, 0> fields{};

  double limit_below() const { return 0; }
  double limit_above() const { return unbounded; }
  double lipschitz() const { return 1.5; }

  template <class T>
  ELUBENCH_HOST_DEVICE T value(T x) const {
    return x * (math::at_most(math::at_least(x + 3, T(0)), T(6)) / 6);
  }
  template <class T>
  ELUBENCH_HOST_DEVICE T derivative(T x) const {
    const T inside = x / 3 + T(0.5);
    return x <= -3 ? T(0) : (x <= 3 ? inside : T(1));
  }
};

}  // namespace elubench::activation
