// The loss: cross-entropy of the softmax, in nats, with its gradient.
#pragma once

#include <cstdint>

#include "kernel/buffer.h"

namespace elubench::kernel {

// Sums over images; in double, so that a mean over many batches is exact enough.
struct LossTotals {
  double loss = 0;  // nats
  std::int64_t wrong =
      0;  // images whose largest logit is not their label's; all those with a logit that is not finite
  std::int64_t images = 0;
};

// logits: (rows, classes); labels: `rows` class numbers on the same device. Adds the first `valid` rows to
// `totals`. If `gradient_scale` is not 0, overwrites the logits with gradient_scale * d loss / d logits, and those
// of the other rows with 0.
void softmax_cross_entropy(Buffer logits, std::int64_t rows, std::int64_t classes, const std::int64_t* labels,
                           std::int64_t valid, double gradient_scale, LossTotals& totals);

}  // namespace elubench::kernel
