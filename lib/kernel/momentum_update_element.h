// What a thread of a device does for some parameters, and the host's loop too.
#pragma once

#include "kernel/momentum_update.h"

namespace elubench::kernel {

// Of one update, in the precision of the weights.
struct MomentumStep {
  float rate, momentum, decay;

  ELUBENCH_HOST_DEVICE MomentumStep(const MomentumRule& rule, const StepState& step)
      : rate(static_cast<float>(step.learning_rate)),
        momentum(static_cast<float>(rule.momentum)),
        decay(static_cast<float>(rule.weight_decay)) {}

  ELUBENCH_HOST_DEVICE void update(float& weight, float& velocity, float gradient) const {
    velocity = momentum * velocity + rate * (gradient + decay * weight);
    weight -= velocity;
  }
};

template <class T>
struct MomentumElement {
  MomentumRule rule;
  const StepState* step;
  const LossTotals* totals;
  float* weight;
  float* velocity;
  const float* gradient;
  T* copy;  // may be null

  ELUBENCH_HOST_DEVICE void operator()(std::int64_t i) const {
    if (!totals->finite()) return;
    MomentumStep(rule, *step).update(weight[i], velocity[i], gradient[i]);
    if (copy != nullptr) copy[i] = from_float<T>(weight[i]);
  }
};

struct AdvanceElement {
  ScheduleView learning_rate;
  const LossTotals* totals;
  StepState* step;

  ELUBENCH_HOST_DEVICE void operator()(std::int64_t) const {
    if (!totals->finite()) return;
    ++step->iteration;
    step->learning_rate = learning_rate.value_at(step->iteration);
  }
};

}  // namespace elubench::kernel
