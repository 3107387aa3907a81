#pragma once

#include <array>
#include <string_view>

#include "activation/math.h"
#include "activation/parameter.h"

namespace elubench::activation {

struct Celu {
  static constexpr std::string_view name = "celu";
  static constexpr std::string_view formula = "x > 0: x; else alpha (exp(x / alpha) - 1)";
  static constexpr std::string_view source = "Barron 2017";
  static constexpr bool monotone = true;

  double alpha = 1.0;
  static constexpr std::array fields{Field<Celu>{"alpha", &Celu::alpha, 1e-3, largest_parameter}};

  double limit_below() const { return -alpha; }
  double limit_above() const { return unbounded; }
  double lipschitz() const { return 1; }

  template <class T>
  ELUBENCH_HOST_DEVICE T value(T x) const {
    const T below = static_cast<T>(alpha) * math::expm1(x / static_cast<T>(alpha));
    return x > 0 ? x : below;
  }
  template <class T>
  ELUBENCH_HOST_DEVICE T derivative(T x) const {
    const T below = math::exp(x / static_cast<T>(alpha));
    return x > 0 ? T(1) : below;
  }
};

}  // namespace elubench::activation
