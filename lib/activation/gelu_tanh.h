#pragma once

#include <array>
#include <string_view>

#include "activation/math.h"
#include "activation/parameter.h"

namespace elubench::activation {

struct GeluTanh {
  static constexpr std::string_view name = "gelu_tanh";
  static constexpr std::string_view formula = "x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))";
  static constexpr std::string_view source = "Hendrycks and Gimpel 2016, the approximation";
  static constexpr bool monotone = false;
  static constexpr std::array<Field<GeluTanh>, 0> fields{};

  double limit_below() const { return 0; }
  double limit_above() const { return unbounded; }
  double lipschitz() const { return 1.12900149; }

  // (1 + tanh(u)) / 2 is the logistic function of 2 u, which does not cancel below zero.
  template <class T>
  ELUBENCH_HOST_DEVICE T value(T x) const {
    return x * math::sigmoid(inner(x));
  }
  template <class T>
  ELUBENCH_HOST_DEVICE T derivative(T x) const {
    const T bounded =
        math::at_least(math::at_most(x, T(30)), T(-30));  // beyond, the gate is 0 or 1 but the cube may overflow
    const T gate = math::sigmoid(inner(bounded));
    const T slope = T(2 * root) * (1 + T(3 * cubic) * bounded * bounded);
    return gate + bounded * gate * (1 - gate) * slope;
  }

 private:
  static constexpr double root = 0.79788456080286535588;  // sqrt(2 / pi)
  static constexpr double cubic = 0.044715;
  template <class T>
  ELUBENCH_HOST_DEVICE static T inner(T x) {
    return T(2 * root) * (x + T(cubic) * x * x * x);
  }
};

}  // namespace elubench::activation
