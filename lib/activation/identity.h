#pragma once

#include <array>
#include <string_view>

#include "activation/math.h"
#include "activation/parameter.h"

namespace elubench::activation {

struct Identity {
  static constexpr std::string_view name = "identity";
  static constexpr std::string_view formula = "x";
  static constexpr std::string_view source = "";
  static constexpr bool monotone = true;
  static constexpr std::array<Field<Identity>, 0> fields{};

  double limit_below() const { return -unbounded; }
  double limit_above() const { return unbounded; }
  double lipschitz() const { return 1; }

  template <class T>
  ELUBENCH_HOST_DEVICE T value(T x) const {
    return x;
  }
  template <class T>
  ELUBENCH_HOST_DEVICE T derivative(T) const {
    return 1;
  }
};

}  // namespace elubench::activation
