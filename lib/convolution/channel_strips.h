// Channels-last images by strips of channels: a strip stays in first-level cache, so that every loop over one is
// plain SIMD; and products of small constant matrices with matrices whose elements are strips.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "kernel/bfloat16.h"

// Before a loop over strips: compilers cannot see that one written to overlaps no other.
#ifdef __clang__
#define ELUBENCH_STRIPS_LIE_APART _Pragma("clang loop vectorize(assume_safety)")
#else
#define ELUBENCH_STRIPS_LIE_APART _Pragma("GCC ivdep")
#endif

namespace elubench::convolution {

inline constexpr int strip = 64;  // channels at most

// Calls body(first channel, count) for every strip.
template <class Body>
void for_each_strip(std::int64_t channels, const Body& body) {
  for (std::int64_t c = 0; c < channels; c += strip) {
    body(c, static_cast<int>(std::min<std::int64_t>(strip, channels - c)));
  }
}

// Strips of a matrix, each `step` numbers after the one before: beside each other in a core's cache, or in the
// planes of an operand.
template <class T>
struct Strips {
  T* first;
  std::int64_t step;

  Strips from(std::int64_t number) const { return {first + number * step, step}; }  // without those before it
};

template <std::size_t count, class Body>
void for_constants(const Body& body) {
  [&]<std::size_t... i>(std::index_sequence<i...>) { (body(std::integral_constant<std::size_t, i>{}), ...); }
  (std::make_index_sequence<count>{});
}

// sum over k of matrix[i][k] x[k], without the terms that are 0.
template <const auto& matrix, std::size_t i, std::size_t k = 0, bool started = false>
inline float dot(const float* x, float sum = 0) {
  if constexpr (k == matrix[i].size()) {
    return sum;
  } else if constexpr (matrix[i][k] == 0) {
    return dot<matrix, i, k + 1, started>(x, sum);
  } else {
    constexpr float factor = static_cast<float>(matrix[i][k]);
    const float term = factor == 1 ? x[k] : factor * x[k];
    return dot<matrix, i, k + 1, true>(x, started ? sum + term : term);
  }
}

// Row i of out = down in across^T, of matrices of strips.
template <const auto& down, const auto& across, std::size_t i, class T>
void row_of_both_sides(Strips<const float> in, int count, Strips<T> out) {
  constexpr std::size_t rows_in = down[0].size(), columns_in = across[0].size();
  const float* const __restrict from = in.first;
  T* const __restrict to = out.first;
  ELUBENCH_STRIPS_LIE_APART
  for (int c = 0; c < count; ++c) {
    float half[columns_in];
    for_constants<columns_in>([&](auto j) {
      float x[rows_in];
      for_constants<rows_in>(
          [&](auto k) { x[k] = from[static_cast<std::int64_t>(k * columns_in + j) * in.step + c]; });
      half[j] = dot<down, i>(x);
    });
    for_constants<across.size()>([&](auto j) {
      to[static_cast<std::int64_t>(j) * out.step + c] = kernel::from_float<T>(dot<across, j>(half));
    });
  }
}

// out = down in across^T, of matrices of strips, without the rows before `first` and from `end` on.
template <const auto& down, const auto& across, class T>
void some_rows_of_both_sides(Strips<const float> in, int count, std::int64_t first, std::int64_t end,
                             Strips<T> out) {
  constexpr std::int64_t columns = across.size();
  for_constants<down.size()>([&](auto i) {
    const auto row = static_cast<std::int64_t>(i);
    if (row < first || row >= end) return;
    row_of_both_sides<down, across, i>(in, count, out.from((row - first) * columns));
  });
}

// All of them.
template <const auto& down, const auto& across, class T>
void both_sides(Strips<const float> in, int count, Strips<T> out) {
  some_rows_of_both_sides<down, across>(in, count, 0, down.size(), out);
}

template <class T>
void load(const T* __restrict from, int count, float* __restrict to) {
  for (int c = 0; c < count; ++c) to[c] = kernel::to_float(from[c]);
}

template <class T>
void store(const float* __restrict from, const float* __restrict bias, int count, T* __restrict to) {
  for (int c = 0; c < count; ++c) to[c] = kernel::from_float<T>(from[c] + bias[c]);
}

}  // namespace elubench::convolution

#undef ELUBENCH_STRIPS_LIE_APART
