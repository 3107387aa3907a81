// Inverted dropout whose mask is recomputed, not stored: element i is kept or dropped by the i-th number of a
// stream.
#pragma once

#include <cstdint>

#include "base/host_device.h"
#include "random/philox.h"

namespace elubench::kernel {

struct Dropout {
  random::Stream stream;
  double rate;  // in [0, 1); 0 drops nothing

  ELUBENCH_HOST_DEVICE bool active() const { return rate > 0; }
  // Words below it are dropped.
  ELUBENCH_HOST_DEVICE std::uint32_t threshold() const { return static_cast<std::uint32_t>(rate * 0x1p32); }
  // What a kept element is multiplied with.
  ELUBENCH_HOST_DEVICE float scale() const { return static_cast<float>(1.0 / (1.0 - rate)); }
};

}  // namespace elubench::kernel
