// What training and evaluation add up over batches.
#pragma once

#include <cstdint>

#include "base/host_device.h"

namespace elubench::kernel {

// Sums over images; in double, so that a mean over many batches is exact enough.
struct LossTotals {
  double loss = 0;         // nats
  std::int64_t wrong = 0;  // images whose largest logit is not their label's, or that have one that is not finite
  std::int64_t images = 0;

  // False once a loss was not: it stays in the sum. (No standard function is the same on host and device.)
  ELUBENCH_HOST_DEVICE bool finite() const { return loss - loss == 0; }
};

}  // namespace elubench::kernel
