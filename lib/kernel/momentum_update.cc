#include "kernel/momentum_update.h"

#include "base/parallel.h"

namespace elubench::kernel {
namespace {

template <class T>
void update_range(const MomentumRule& rule, std::int64_t first, std::int64_t last, float* __restrict weight,
                  float* __restrict velocity, const float* __restrict gradient, T* __restrict copy) {
  const float rate = static_cast<float>(rule.learning_rate);
  const float momentum = static_cast<float>(rule.momentum);
  const float decay = static_cast<float>(rule.weight_decay);
  for (std::int64_t i = first; i < last; ++i) {
    velocity[i] = momentum * velocity[i] + rate * (gradient[i] + decay * weight[i]);
    weight[i] -= velocity[i];
  }
  if (copy == nullptr) return;
  for (std::int64_t i = first; i < last; ++i) copy[i] = from_float<T>(weight[i]);
}

}  // namespace

void momentum_update(const MomentumRule& rule, std::int64_t count, Buffer weight, Buffer velocity, Buffer gradient,
                     Buffer copy) {
  require_cpu(weight, "momentum_update");
  for_element(copy.element, [&]<class T>(T) {
    parallel_for(0, count, 16384, [&](std::int64_t first, std::int64_t last) {
      update_range(rule, first, last, weight.as<float>(), velocity.as<float>(), gradient.as<const float>(),
                   copy.as<T>());
    });
  });
}

}  // namespace elubench::kernel
