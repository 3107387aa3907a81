// Stochastic gradient descent with momentum and L2, over all parameters at once.
#pragma once

#include <cstdint>

#include "kernel/buffer.h"

namespace elubench::kernel {

struct MomentumRule {
  double learning_rate;
  double momentum;
  double weight_decay;  // of the L2 term weight_decay / 2 |w|^2
};

// velocity = momentum velocity + learning_rate (gradient + weight_decay weight); weight = weight - velocity; all
// float32, `count` each. The copy, if its data is not null, receives the new weights in its own element type.
void momentum_update(const MomentumRule& rule, std::int64_t count, Buffer weight, Buffer velocity, Buffer gradient,
                     Buffer copy);

}  // namespace elubench::kernel
