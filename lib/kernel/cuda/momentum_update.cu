#include "kernel/cuda/kernels.h"
#include "kernel/cuda/launch.cuh"
#include "kernel/momentum_update_element.h"

namespace elubench::kernel::cuda {

void momentum_update(const MomentumRule& rule, const StepState* step, const LossTotals* totals, std::int64_t count,
                     Buffer weight, Buffer velocity, Buffer gradient, Buffer copy) {
  for_element(copy.element, [&]<class T>(T) {
    for_each_element("momentum_update", count,
                     MomentumElement<T>{rule, step, totals, weight.as<float>(), velocity.as<float>(),
                                        gradient.as<const float>(), copy.as<T>()});
  });
}

void advance(const ScheduleView& learning_rate, const LossTotals* totals, StepState* step) {
  for_each_element("advance", 1, AdvanceElement{learning_rate, totals, step});
}

}  // namespace elubench::kernel::cuda
