#pragma once

#include <array>
#include <string_view>

#include "activation/math.h"
#include "activation/parameter.h"

namespace elubench::activation {

struct Gelu {
  static constexpr std::string_view name = "gelu";
  static constexpr std::string_view formula = "x Phi(x), Phi the normal distribution function";
  static constexpr std::string_view source = "Hendrycks and Gimpel 2016";
  static constexpr bool monotone = false;
  static constexpr std::array<Field<Gelu>, 0> fields{};

  double limit_below() const { return 0; }
  double limit_above() const { return unbounded; }
  double lipschitz() const { return 1.12890424; }

  template <class T>
  ELUBENCH_HOST_DEVICE T value(T x) const {
    return x * math::normal_distribution(x);
  }
  template <class T>
  ELUBENCH_HOST_DEVICE T derivative(T x) const {
    const T bounded =
        math::at_least(math::at_most(x, T(30)), T(-30));  // beyond, the density is 0 but its exponent overflows
    const T density = T(0.39894228040143267794) * math::exp(T(-0.5) * bounded * bounded);
    return math::normal_distribution(x) + bounded * density;
  }
};

}  // namespace elubench::activation
