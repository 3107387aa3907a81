#pragma once

#include <array>
#include <string_view>

#include "activation/math.h"
#include "activation/parameter.h"

namespace elubench::activation {

struct Silu {
  static constexpr std::string_view name = "silu";
  static constexpr std::string_view formula = "x / (1 + exp(-x))";
  static constexpr std::string_view source =
      "Elfwing, Uchibe and Doya 2017; Ramachandran, Zoph and Le 2017 (Swish)";
  static constexpr bool monotone = false;
  static constexpr std::array<Field<Silu>, 0> fields{};

  double limit_below() const { return 0; }
  double limit_above() const { return unbounded; }
  double lipschitz() const { return 1.09983937; }

  template <class T>
  ELUBENCH_HOST_DEVICE T value(T x) const {
    return x * math::sigmoid(x);
  }
  template <class T>
  ELUBENCH_HOST_DEVICE T derivative(T x) const {
    const T gate = math::sigmoid(x);
    return gate * (1 + x * (1 - gate));
  }
};

}  // namespace elubench::activation
