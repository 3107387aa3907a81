#include "kernel/momentum_update.h"

#include "base/parallel.h"
#include "kernel/cuda/kernels.h"
#include "kernel/momentum_update_element.h"

namespace elubench::kernel {
namespace {

template <class T>
void update_range(const MomentumStep& step, std::int64_t first, std::int64_t last, float* __restrict weight,
                  float* __restrict velocity, const float* __restrict gradient, T* __restrict copy) {
  for (std::int64_t i = first; i < last; ++i) step.update(weight[i], velocity[i], gradient[i]);
  if (copy == nullptr) return;
  for (std::int64_t i = first; i < last; ++i) copy[i] = from_float<T>(weight[i]);
}

}  // namespace

void momentum_update(const MomentumRule& rule, const StepState* step, const LossTotals* totals, std::int64_t count,
                     Buffer weight, Buffer velocity, Buffer gradient, Buffer copy) {
  if (weight.device == Device::cuda)
    return cuda::momentum_update(rule, step, totals, count, weight, velocity, gradient, copy);
  if (!totals->finite()) return;
  const MomentumStep momentum_step(rule, *step);
  for_element(copy.element, [&]<class T>(T) {
    parallel_for(0, count, 16384, [&](std::int64_t first, std::int64_t last) {
      update_range(momentum_step, first, last, weight.as<float>(), velocity.as<float>(),
                   gradient.as<const float>(), copy.as<T>());
    });
  });
}

void advance(const ScheduleView& learning_rate, const LossTotals* totals, StepState* step, Device device) {
  if (device == Device::cuda) return cuda::advance(learning_rate, totals, step);
  AdvanceElement{learning_rate, totals, step}(0);
}

}  // namespace elubench::kernel
