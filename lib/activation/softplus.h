#pragma once

#include <array>
#include <string_view>

#include "activation/math.h"
#include "activation/parameter.h"

namespace elubench::activation {

struct Softplus {
  static constexpr std::string_view name = "softplus";
  static constexpr std::string_view formula = "log(1 + exp(beta x)) / beta";
  static constexpr std::string_view source = "Dugas, Bengio, Belisle, Nadeau and Garcia 2000";
  static constexpr bool monotone = true;

  double beta = 1.0;
  static constexpr std::array fields{Field<Softplus>{"beta", &Softplus::beta, 1e-3, largest_parameter}};

  double limit_below() const { return 0; }
  double limit_above() const { return unbounded; }
  double lipschitz() const { return 1; }

  template <class T>
  ELUBENCH_HOST_DEVICE T value(T x) const {
    const T scaled = static_cast<T>(beta) * x;
    return (math::at_least(scaled, T(0)) + math::log1p(math::exp(-math::absolute(scaled)))) / static_cast<T>(beta);
  }
  template <class T>
  ELUBENCH_HOST_DEVICE T derivative(T x) const {
    return math::sigmoid(static_cast<T>(beta) * x);
  }
};

}  // namespace elubench::activation
