// Elementary functions for activations. In float they are short branch-free polynomials that the compiler turns
// into SIMD; in double, and on CUDA devices, the standard library's. The stated errors are measured in
// math_test.cc.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/host_device.h"

namespace elubench::activation::math {

namespace detail {

struct Reduced {
  float scale;      // 2^n
  float remainder;  // x - n ln 2, in [-ln 2 / 2, ln 2 / 2]
};

// Cody and Waite reduction. Below -87.3 the argument is taken as -87.3, above 88.3 as 88.3; NaN stays NaN.
inline Reduced reduce(float x) {
  x = x < -87.3f ? -87.3f : x;
  x = x > 88.3f ? 88.3f : x;
  constexpr float rounding = 12582912.0f;  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
  const float shifted = x * 1.44269504f + rounding;
  const float n = shifted - rounding;
  const std::uint32_t exponent =
      std::bit_cast<std::uint32_t>(shifted) - std::bit_cast<std::uint32_t>(rounding) + 127u;
  return {std::bit_cast<float>(exponent << 23), (x - n * 0.693145752f) - n * 1.42860677e-6f};
}

// exp(r) - 1 on [-ln 2 / 2, ln 2 / 2]: the Taylor polynomial of degree 8.
inline float expm1_polynomial(float r) {
  float p = 1.0f / 40320;
  p = p * r + 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  return p * (r * r) + r;
}

}  // namespace detail

#ifdef __CUDA_ARCH__
template <class T>
__device__ T exp(T x) {
  return ::exp(x);
}
template <class T>
__device__ T expm1(T x) {
  return ::expm1(x);
}
template <class T>
__device__ T log1p(T x) {
  return ::log1p(x);
}
template <class T>
__device__ T erfc(T x) {
  return ::erfc(x);
}
#else
// exp(x): relative error below 1.2e-7 for -87.3 <= x <= 88.3; beyond, its value there: 1.2e-38 and 2.2e38.
inline float exp(float x) {
  const auto [scale, remainder] = detail::reduce(x);
  return scale + scale * detail::expm1_polynomial(remainder);
}
inline double exp(double x) { return std::exp(x); }

// exp(x) - 1: relative error below 2.4e-7 for x <= 88.3.
inline float expm1(float x) {
  const auto [scale, remainder] = detail::reduce(x);
  return scale * detail::expm1_polynomial(remainder) + (scale - 1.0f);
}
inline double expm1(double x) { return std::expm1(x); }

// log(1 + x) for 0 <= x <= 1: relative error below 2.4e-7. The series of 2 artanh(x / (2 + x)).
inline float log1p(float x) {
  const float w = x / (2.0f + x);
  const float square = w * w;
  float p = 2.0f / 15;
  p = p * square + 2.0f / 13;
  p = p * square + 2.0f / 11;
  p = p * square + 2.0f / 9;
  p = p * square + 2.0f / 7;
  p = p * square + 2.0f / 5;
  p = p * square + 2.0f / 3;
  return w * (p * square + 2.0f);
}
inline double log1p(double x) { return std::log1p(x); }

// erfc(x) = 1 - erf(x): absolute error below 4.5e-7; beyond 9.2 it ends at 2.6e-38. Chebyshev's fit of Press,
// Teukolsky, Vetterling and Flannery 1992, "Numerical recipes", section 6.2.
inline float erfc(float x) {
  const float magnitude = x < 0 ? -x : x;
  const float z = magnitude > 9.2f ? 9.2f : magnitude;
  const float t = 1.0f / (1.0f + 0.5f * z);
  float p = 0.17087277f;
  p = p * t - 0.82215223f;
  p = p * t + 1.48851587f;
  p = p * t - 1.13520398f;
  p = p * t + 0.27886807f;
  p = p * t - 0.18628806f;
  p = p * t + 0.09678418f;
  p = p * t + 0.37409196f;
  p = p * t + 1.00002368f;
  const float tail = t * exp(-z * z - 1.26551223f + t * p);
  return x < 0 ? 2.0f - tail : tail;
}
inline double erfc(double x) { return std::erfc(x); }
#endif

template <class T>
ELUBENCH_HOST_DEVICE T absolute(T x) {
  return x < 0 ? -x : x;
}

// min(x, bound) and max(x, bound) that keep NaN, so that a diverged run shows.
template <class T>
ELUBENCH_HOST_DEVICE T at_most(T x, T bound) {
  return x > bound ? bound : x;
}
template <class T>
ELUBENCH_HOST_DEVICE T at_least(T x, T bound) {
  return x < bound ? bound : x;
}

template <class T>
ELUBENCH_HOST_DEVICE T sigmoid(T x) {
  return 1 / (1 + exp(-x));
}

template <class T>
ELUBENCH_HOST_DEVICE T tanh(T x) {
  const T decay = expm1(-2 * absolute(x));
  const T magnitude = -decay / (2 + decay);
  return x < 0 ? -magnitude : magnitude;
}

// The distribution function of the standard normal distribution.
template <class T>
ELUBENCH_HOST_DEVICE T normal_distribution(T x) {
  return T(0.5) * erfc(x * T(-0.70710678118654752440));
}

}  // namespace elubench::activation::math
