// The sums for the diagnostics as a device's threads take them: each thread adds up a strip, in an order that
// depends on nothing but the sizes, then a second pass adds up the strips.
#pragma once

#include "activation/math.h"
#include "kernel/buffer.h"
#include "kernel/statistics.h"

namespace elubench::kernel {

struct ChannelTotals {
  double sum = 0;
  double sum_of_squares = 0;
  float steepest = 0;  // the largest |f'|
};

// Element (strip, channel): `rows` positions of one channel. Neighbouring threads read neighbouring channels.
template <class F, class T>
struct ActivationStrip {
  F f;
  const T* x;  // (positions, channels)
  std::int64_t positions, channels, rows;
  ChannelTotals* strips;  // (strips, channels)

  ELUBENCH_HOST_DEVICE void operator()(std::int64_t element) const {
    const std::int64_t first = element / channels * rows;
    const std::int64_t last = first + rows < positions ? first + rows : positions;
    ChannelTotals totals;
    for (std::int64_t position = first; position < last; ++position) {
      const float input = to_float(x[position * channels + element % channels]);
      const double value = static_cast<double>(f.value(input));
      totals.sum += value;
      totals.sum_of_squares += value * value;
      const float slope = activation::math::absolute(f.derivative(input));
      totals.steepest = slope > totals.steepest ? slope : totals.steepest;
    }
    strips[element] = totals;
  }
};

// Element: a channel. Leaves the sum over all strips in the first one.
struct ActivationStripSum {
  std::int64_t count, channels;
  ChannelTotals* strips;  // (count, channels)

  ELUBENCH_HOST_DEVICE void operator()(std::int64_t channel) const {
    ChannelTotals totals = strips[channel];
    for (std::int64_t strip = 1; strip < count; ++strip) {
      const ChannelTotals& other = strips[strip * channels + channel];
      totals.sum += other.sum;
      totals.sum_of_squares += other.sum_of_squares;
      totals.steepest = other.steepest > totals.steepest ? other.steepest : totals.steepest;
    }
    strips[channel] = totals;
  }
};

// Element: one of `sums`, of every sums-th number.
template <class T>
struct SquaresStrip {
  const T* x;
  std::int64_t count, sums;
  double* sum;

  ELUBENCH_HOST_DEVICE void operator()(std::int64_t element) const {
    double total = 0;
    for (std::int64_t i = element; i < count; i += sums) {
      const double value = static_cast<double>(to_float(x[i]));
      total += value * value;
    }
    sum[element] = total;
  }
};

}  // namespace elubench::kernel
