// Stands in for the device's kernels in a build without CUDA.
#include "base/error.h"
#include "kernel/cuda/kernels.h"

namespace elubench::kernel::cuda {
namespace {

[[noreturn]] void absent() {
  throw UsageError("this build is for processors only, and has no kernels for GPUs; run with --device cpu");
}

}  // namespace

void gather(const TrainingChoice&, std::int64_t, Buffer, std::int64_t*) { absent(); }
void gather(const InOrderChoice&, std::int64_t, Buffer, std::int64_t*) { absent(); }
void pool_activation_dropout_forward(const activation::Activation&, const PoolGeometry&, const Dropout&, Buffer,
                                     Buffer) {
  absent();
}
void pool_activation_dropout_backward(const activation::Activation&, const PoolGeometry&, const Dropout&, Buffer,
                                      Buffer) {
  absent();
}
void add_bias(std::int64_t, std::int64_t, std::int64_t, Buffer, Buffer) { absent(); }
void gather_patches(const PatchGeometry&, Buffer, Buffer) { absent(); }
void gather_weights(const PatchGeometry&, Buffer, Buffer, Buffer) { absent(); }
void add_patches(const PatchGeometry&, Buffer, Buffer) { absent(); }
void add_weights(const PatchGeometry&, std::int64_t, Buffer, float*, float*) { absent(); }
void column_sums(Buffer, std::int64_t, std::int64_t, std::int64_t, float*) { absent(); }
void softmax_cross_entropy(Buffer, std::int64_t, std::int64_t, const std::int64_t*, std::int64_t, double,
                           LossTotals*) {
  absent();
}
void momentum_update(const MomentumRule&, const StepState*, const LossTotals*, std::int64_t, Buffer, Buffer,
                     Buffer, Buffer) {
  absent();
}
void advance(const ScheduleView&, const LossTotals*, StepState*) { absent(); }
void add_activation_totals(const activation::Activation&, Buffer, std::int64_t, std::int64_t, ActivationTotals&) {
  absent();
}
double sum_of_squares(Buffer, std::int64_t) { absent(); }

}  // namespace elubench::kernel::cuda
