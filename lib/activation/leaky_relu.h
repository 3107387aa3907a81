#pragma once

#include <array>
#include <string_view>

#include "activation/math.h"
#include "activation/parameter.h"

namespace elubench::activation {

struct LeakyRelu {
  static constexpr std::string_view name = "leaky_relu";
  static constexpr std::string_view formula = "x > 0: x; else slope x";
  static constexpr std::string_view source = "Maas, Hannun and Ng 2013";
  static constexpr bool monotone = true;

  double slope = 0.1;  // the ELU paper's
  static constexpr std::array fields{Field<LeakyRelu>{"slope", &LeakyRelu::slope, 0, largest_parameter}};

  double limit_below() const { return slope == 0 ? 0 : -unbounded; }
  double limit_above() const { return unbounded; }
  double lipschitz() const { return slope > 1 ? slope : 1; }

  template <class T>
  ELUBENCH_HOST_DEVICE T value(T x) const {
    const T below = static_cast<T>(slope) * x;  // before the choice: else compilers make it a branch
    return x > 0 ? x : below;
  }
  template <class T>
  ELUBENCH_HOST_DEVICE T derivative(T x) const {
    const T below = static_cast<T>(slope);
    return x > 0 ? T(1) : below;
  }
};

}  // namespace elubench::activation
