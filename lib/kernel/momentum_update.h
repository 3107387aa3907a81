// Stochastic gradient descent with momentum and L2, over all parameters at once.
#pragma once

#include <cstdint>

#include "kernel/buffer.h"
#include "kernel/loss_totals.h"
#include "kernel/step_state.h"

namespace elubench::kernel {

struct MomentumRule {
  double momentum;
  double weight_decay;  // of the L2 term weight_decay / 2 |w|^2
};

// velocity = momentum velocity + learning_rate (gradient + weight_decay weight); weight = weight - velocity, as in
// Caffe (PyTorch has the rate outside the velocity, which differs after the rate has changed); all float32,
// `count` each. The copy, if its data is not null, receives the new weights in its own element type. Does nothing
// if totals->loss is not finite. step and totals: on the device of the weights.
void momentum_update(const MomentumRule& rule, const StepState* step, const LossTotals* totals, std::int64_t count,
                     Buffer weight, Buffer velocity, Buffer gradient, Buffer copy);

// The end of a step: one more update is done, and the learning rate is that of the next one. Does nothing if
// totals->loss is not finite. All on the device.
void advance(const ScheduleView& learning_rate, const LossTotals* totals, StepState* step, Device device);

}  // namespace elubench::kernel
