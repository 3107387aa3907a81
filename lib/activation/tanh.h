#pragma once

#include <array>
#include <string_view>

#include "activation/math.h"
#include "activation/parameter.h"

namespace elubench::activation {

struct Tanh {
  static constexpr std::string_view name = "tanh";
  static constexpr std::string_view formula = "(exp(x) - exp(-x)) / (exp(x) + exp(-x))";
  static constexpr std::string_view source = "";
  static constexpr bool monotone = true;
  static constexpr std::array<Field<Tanh>, 0> fields{};

  double limit_below() const { return -1; }
  double limit_above() const { return 1; }
  double lipschitz() const { return 1; }

  template <class T>
  ELUBENCH_HOST_DEVICE T value(T x) const {
    return math::tanh(x);
  }
  template <class T>
  ELUBENCH_HOST_DEVICE T derivative(T x) const {
    const T tangent = math::tanh(x);
    return (1 - tangent) * (1 + tangent);
  }
};

}  // namespace elubench::activation
