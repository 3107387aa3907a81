// The kernels on a CUDA device: queued on LibTorch's current stream, and not waited for but where something is
// returned to the host. What each does, its namesake's header says. Throw Error where a launch fails, and in a
// build without CUDA.
#pragma once

#include "kernel/gather_augment_element.h"
#include "kernel/loss_totals.h"
#include "kernel/momentum_update.h"
#include "kernel/patches.h"
#include "kernel/pool_activation_dropout.h"
#include "kernel/statistics.h"

namespace elubench::kernel::cuda {

void gather(const TrainingChoice& choice, std::int64_t batch, Buffer images, std::int64_t* labels);
void gather(const InOrderChoice& choice, std::int64_t batch, Buffer images, std::int64_t* labels);

void pool_activation_dropout_forward(const activation::Activation& activation, const PoolGeometry& geometry,
                                     const Dropout& dropout, Buffer x, Buffer y);
void pool_activation_dropout_backward(const activation::Activation& activation, const PoolGeometry& geometry,
                                      const Dropout& dropout, Buffer x, Buffer y_gradient);

void add_bias(std::int64_t batch, std::int64_t places, std::int64_t channels, Buffer bias, Buffer x);

void gather_patches(const PatchGeometry& geometry, Buffer images, Buffer patches);
void gather_weights(const PatchGeometry& geometry, Buffer weights, Buffer bias, Buffer rows);
void add_patches(const PatchGeometry& geometry, Buffer patches, Buffer images);
void add_weights(const PatchGeometry& geometry, std::int64_t parts, Buffer rows, float* weights, float* bias);

// Of each of `strips` strips of rows apart: sums is (strips, columns).
void column_sums(Buffer matrix, std::int64_t rows, std::int64_t columns, std::int64_t strips, float* sums);

void softmax_cross_entropy(Buffer logits, std::int64_t rows, std::int64_t classes, const std::int64_t* labels,
                           std::int64_t valid, double gradient_scale, LossTotals* totals);

void momentum_update(const MomentumRule& rule, const StepState* step, const LossTotals* totals, std::int64_t count,
                     Buffer weight, Buffer velocity, Buffer gradient, Buffer copy);
void advance(const ScheduleView& learning_rate, const LossTotals* totals, StepState* step);

// These two wait for the device.
void add_activation_totals(const activation::Activation& activation, Buffer x, std::int64_t positions,
                           std::int64_t channels, ActivationTotals& totals);
double sum_of_squares(Buffer x, std::int64_t count);

}  // namespace elubench::kernel::cuda
