#pragma once

#include <array>
#include <string_view>

#include "activation/math.h"
#include "activation/parameter.h"

namespace elubench::activation {

struct Squareplus {
  static constexpr std::string_view name = "squareplus";
  static constexpr std::string_view formula = "(x + sqrt(x^2 + b)) / 2";
  static constexpr std::string_view source = "Barron 2021";
  static constexpr bool monotone = true;

  double b = 4.0;
  static constexpr std::array fields{Field<Squareplus>{"b", &Squareplus::b, 0, largest_parameter}};

  double limit_below() const { return 0; }
  double limit_above() const { return unbounded; }
  double lipschitz() const { return 1; }

  // Below zero the sum cancels: there (x + s) / 2 = b / (2 (s - x)) with s = sqrt(x^2 + b).
  template <class T>
  ELUBENCH_HOST_DEVICE T value(T x) const {
    const T root = hypotenuse(x);
    return x > 0 ? T(0.5) * (x + root) : static_cast<T>(b) / (2 * (root - x) + tiny<T>());
  }
  template <class T>
  ELUBENCH_HOST_DEVICE T derivative(T x) const {
    return value(x) / (hypotenuse(x) + tiny<T>());
  }

 private:
  template <class T>
  ELUBENCH_HOST_DEVICE T hypotenuse(T x) const {
    return std::sqrt(x * x + static_cast<T>(b));
  }
  // Keeps b = 0 at x = 0 from dividing by zero.
  template <class T>
  ELUBENCH_HOST_DEVICE static T tiny() {
    return T(1e-30);
  }
};

}  // namespace elubench::activation
