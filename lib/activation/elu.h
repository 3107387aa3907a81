#pragma once

#include <array>
#include <string_view>

#include "activation/math.h"
#include "activation/parameter.h"

namespace elubench::activation {

struct Elu {
  static constexpr std::string_view name = "elu";
  static constexpr std::string_view formula = "x > 0: x; else alpha (exp(x) - 1)";
  static constexpr std::string_view source = "Clevert, Unterthiner and Hochreiter 2015, equation 15";
  static constexpr bool monotone = true;

  double alpha = 1.0;
  static constexpr std::array fields{Field<Elu>{"alpha", &Elu::alpha, 0, largest_parameter}};

  double limit_below() const { return -alpha; }
  double limit_above() const { return unbounded; }
  double lipschitz() const { return alpha > 1 ? alpha : 1; }

  template <class T>
  ELUBENCH_HOST_DEVICE T value(T x) const {
    const T below = static_cast<T>(alpha) * math::expm1(x);
    return x > 0 ? x : below;
  }
  template <class T>
  ELUBENCH_HOST_DEVICE T derivative(T x) const {
    const T below = static_cast<T>(alpha) * math::exp(x);
    return x > 0 ? T(1) : below;
  }
};

}  // namespace elubench::activation
