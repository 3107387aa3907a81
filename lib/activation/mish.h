#pragma once

#include <array>
#include <string_view>

#include "activation/math.h"
#include "activation/parameter.h"

namespace elubench::activation {

struct Mish {
  static constexpr std::string_view name = "mish";
  static constexpr std::string_view formula = "x tanh(log(1 + exp(x)))";
  static constexpr std::string_view source = "Misra 2019";
  static constexpr bool monotone = false;
  static constexpr std::array<Field<Mish>, 0> fields{};

  double limit_below() const { return 0; }
  double limit_above() const { return unbounded; }
  double lipschitz() const { return 1.08850070; }

  // With n = exp(x) (exp(x) + 2): tanh(log(1 + exp(x))) = n / (n + 2); beyond 30 that is 1 in every type.
  template <class T>
  ELUBENCH_HOST_DEVICE T value(T x) const {
    const T n = numerator(x);
    return x * (n / (n + 2));
  }
  template <class T>
  ELUBENCH_HOST_DEVICE T derivative(T x) const {
    const T n = numerator(x);
    const T denominator = n + 2;
    return n / denominator + x * math::sigmoid(x) * (4 * (n + 1) / (denominator * denominator));
  }

 private:
  template <class T>
  ELUBENCH_HOST_DEVICE static T numerator(T x) {
    const T exponential = math::exp(math::at_most(x, T(30)));
    return exponential * (exponential + 2);
  }
};

}  // namespace elubench::activation
