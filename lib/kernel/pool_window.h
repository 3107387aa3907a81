// What is computed for one window of one channel; shared by the host's loops and the device's threads.
#pragma once

#include "base/host_device.h"

namespace elubench::kernel {

struct Winner {
  float x;    // the pre-activation that won
  int place;  // 0..3, row by row
};

// The first largest of four; the first NaN wins over all. With f not monotone the values f(x) are compared.
template <class F>
ELUBENCH_HOST_DEVICE inline Winner winner_of(const F& f, float x0, float x1, float x2, float x3) {
  Winner winner{x0, 0};
  const auto height = [&f](float x) {
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
