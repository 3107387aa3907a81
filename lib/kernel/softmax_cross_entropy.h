// The loss: cross-entropy of the softmax, in nats, with its gradient.
#pragma once

#include <cstdint>

#include "kernel/buffer.h"
#include "kernel/loss_totals.h"

namespace elubench::kernel {

// logits: (rows, classes); labels: `rows` class numbers; totals: all on the same device. Adds the first `valid`
// rows to `totals`. If `gradient_scale` is not 0, overwrites the logits with gradient_scale * d loss / d logits,
// and those of the other rows with 0.
void softmax_cross_entropy(Buffer logits, std::int64_t rows, std::int64_t classes, const std::int64_t* labels,
                           std::int64_t valid, double gradient_scale, LossTotals* totals);

}  // namespace elubench::kernel
