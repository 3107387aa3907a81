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
  std::uint32_t threshold;  // words below it are dropped
  float scale;              // what a kept element is multiplied with

  // rate: in [0, 1); 0 drops nothing.
  Dropout(const StepState* state, std::uint32_t of_layer, double rate)
      : step(state),
        layer(of_layer),
        threshold(static_cast<std::uint32_t>(rate * 0x1p32)),
        scale(static_cast<float>(1.0 / (1.0 - rate))) {}

  ELUBENCH_HOST_DEVICE bool active() const { return threshold > 0; }
  ELUBENCH_HOST_DEVICE random::Stream stream() const {
    return {step->seed, random::Purpose::dropout, layer, static_cast<std::uint32_t>(step->iteration)};
  }
};

}  // namespace elubench::kernel
