#pragma once

#include <array>
#include <string_view>

#include "activation/math.h"
#include "activation/parameter.h"

namespace elubench::activation {

struct Relu {
  static constexpr std::string_view name = "relu";
  static constexpr std::string_view formula = "max(0, x)";
  static constexpr std::string_view source = "Nair and Hinton 2010";
  static constexpr bool monotone = true;
  static constexpr std::array<Field<Relu>, 0> fields{};

  double limit_below() const { return 0; }
  double limit_above() const { return unbounded; }
  double lipschitz() const { return 1; }

  template <class T>
  ELUBENCH_HOST_DEVICE T value(T x) const {
    return math::at_least(x, T(0));
  }
  template <class T>
  ELUBENCH_HOST_DEVICE T derivative(T x) const {
    return x > 0 ? T(1) : T(0);
  }
};

}  // namespace elubench::activation
