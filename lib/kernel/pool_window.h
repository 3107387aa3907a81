// What is computed for one window of one channel; shared by the host's loops and the device's threads.
#pragma once

#include <cstdint>

#include "base/host_device.h"
#include "kernel/pool_activation_dropout.h"

namespace elubench::kernel {

// Offsets of a window's four pixels from the first element of the images. Pixels beyond the border repeat the
// first one: they never win, because only a larger value does.
struct Window {
  std::int64_t pixel[4];
  bool inside[4];
};

ELUBENCH_HOST_DEVICE inline Window window_at(const PoolGeometry& g, std::int64_t image, std::int64_t row,
                                             std::int64_t column) {
  const std::int64_t step = g.pool ? 2 : 1;
  const std::int64_t first = ((image * g.side + row * step) * g.side + column * step) * g.channels;
  Window window{};
  for (int k = 0; k < 4; ++k) {
    const int down = k / 2;
    const int right = k % 2;
    window.inside[k] = k == 0 || (g.pool && row * step + down < g.side && column * step + right < g.side);
    window.pixel[k] = window.inside[k] ? first + (down * g.side + right) * g.channels : first;
  }
  return window;
}

struct Winner {
  float x;    // the pre-activation that won
  int place;  // 0..3, row by row
};

// The first largest of four; the first NaN wins over all. With f not monotone the values f(x) are compared.
template <class F>
ELUBENCH_HOST_DEVICE inline Winner winner_of(const F& f, float x0, float x1, float x2, float x3) {
  Winner winner{x0, 0};
  const auto height = [&](float x) {
    if constexpr (F::monotone) {
      return x;
    } else {
      return f.value(x);
    }
  };
  float best = height(x0);
  const auto consider = [&](float x, int place) {
    const float candidate = height(x);
    const bool better = candidate > best || (candidate != candidate && best == best);
    best = better ? candidate : best;
    winner.x = better ? x : winner.x;
    winner.place = better ? place : winner.place;
  };
  consider(x1, 1);
  consider(x2, 2);
  consider(x3, 3);
  return winner;
}

}  // namespace elubench::kernel
