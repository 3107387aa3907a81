#pragma once

#include <array>
#include <string_view>

#include "activation/math.h"
#include "activation/parameter.h"

namespace elubench::activation {

struct Selu {
  static constexpr std::string_view name = "selu";
  static constexpr std::string_view formula =
      "scale (x > 0: x; else alpha (exp(x) - 1)), alpha 1.67326, scale 1.05070";
  static constexpr std::string_view source = "Klambauer, Unterthiner, Mayr and Hochreiter 2017";
  static constexpr bool monotone = true;
  static constexpr std::array<Field<Selu>, 0> fields{};

  double limit_below() const { return -scale * alpha; }
  double limit_above() const { return unbounded; }
  double lipschitz() const { return scale * alpha; }

  static constexpr double alpha = 1.6732632423543772848170429916717;
  static constexpr double scale = 1.0507009873554804934193349852946;

  template <class T>
  ELUBENCH_HOST_DEVICE T value(T x) const {
    const T below = T(alpha) * math::expm1(x);
    return T(scale) * (x > 0 ? x : below);
  }
  template <class T>
  ELUBENCH_HOST_DEVICE T derivative(T x) const {
    const T below = T(alpha) * math::exp(x);
    return T(scale) * (x > 0 ? T(1) : below);
  }
};

}  // namespace elubench::activation
