#pragma once

#include <array>
#include <string_view>

#include "activation/math.h"
#include "activation/parameter.h"

namespace elubench::activation {

struct Sigmoid {
  static constexpr std::string_view name = "sigmoid";
  static constexpr std::string_view formula = "1 / (1 + exp(-x))";
  static constexpr std::string_view source = "";
  static constexpr bool monotone = true;
  static constexpr std::array<Field<Sigmoid>, 0> fields{};

  double limit_below() const { return 0; }
  double limit_above() const { return 1; }
  double lipschitz() const { return 0.25; }

  template <class T>
  ELUBENCH_HOST_DEVICE T value(T x) const {
    return math::sigmoid(x);
  }
  template <class T>
  ELUBENCH_HOST_DEVICE T derivative(T x) const {
    const T logistic = math::sigmoid(x);
    return logistic * (1 - logistic);
  }
};

}  // namespace elubench::activation
