// Inverted dropout whose mask is recomputed, not stored: element i is kept or dropped by the i-th number of a
// stream.
#pragma once

#include <cstdint>

#include "base/host_device.h"
#include "kernel/step_state.h"
#include "random/philox.h"

namespace elubench::kernel {

struct Dropout {
  const StepState* step;  // on the device of the images; not looked at where nothing is dropped
  std::uint32_t layer;
  double rate;  // in [0, 1); 0 drops nothing

  ELUBENCH_HOST_DEVICE bool active() const { return rate > 0; }
  ELUBENCH_HOST_DEVICE random::Stream stream() const {
    return {step->seed, random::Purpose::dropout, layer, static_cast<std::uint32_t>(step->iteration)};
  }
  // Words below it are dropped.
  ELUBENCH_HOST_DEVICE std::uint32_t threshold() const { return static_cast<std::uint32_t>(rate * 0x1p32); }
  // What a kept element is multiplied with.
  ELUBENCH_HOST_DEVICE float scale() const { return static_cast<float>(1.0 / (1.0 - rate)); }
};

}  // namespace elubench::kernel
