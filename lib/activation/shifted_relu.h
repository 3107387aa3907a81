#pragma once

#include <array>
#include <string_view>

#include "activation/math.h"
#include "activation/parameter.h"

namespace elubench::activation {

struct ShiftedRelu {
  static constexpr std::string_view name = "shifted_relu";
  static constexpr std::string_view formula = "max(-1, x)";
  static constexpr std::string_view source =
      "Clevert, Unterthiner and Hochreiter 2015, section 4.1 (there: SReLU)";
  static constexpr bool monotone = true;
  static constexpr std::array<Field<ShiftedRelu>, 0> fields{};

  double limit_below() const { return -1; }
  double limit_above() const { return unbounded; }
  double lipschitz() const { return 1; }

  template <class T>
  ELUBENCH_HOST_DEVICE T value(T x) const {
    return math::at_least(x, T(-1));
  }
  template <class T>
  ELUBENCH_HOST_DEVICE T derivative(T x) const {
    return x > -1 ? T(1) : T(0);
  }
};

}  // namespace elubench::activation
