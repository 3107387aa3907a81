#pragma once

#include <array>
#include <string_view>

#include "activation/math.h"
#include "activation/parameter.h"

namespace elubench::activation {

struct Softsign {
  static constexpr std::string_view name = "softsign";
  static constexpr std::string_view formula = "x / (1 + |x|)";
  static constexpr std::string_view source = "Bergstra, Desjardins, Lamblin and Bengio 2009";
  static constexpr bool monotone = true;
  static constexpr std::array<Field<Softsign>, 0> fields{};

  double limit_below() const { return -1; }
  double limit_above() const { return 1; }
  double lipschitz() const { return 1; }

  template <class T>
  ELUBENCH_HOST_DEVICE T value(T x) const {
    return x / (1 + math::absolute(x));
  }
  template <class T>
  ELUBENCH_HOST_DEVICE T derivative(T x) const {
    const T reciprocal = 1 / (1 + math::absolute(x));
    return reciprocal * reciprocal;
  }
};

}  // namespace elubench::activation
