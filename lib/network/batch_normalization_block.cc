#include "network/batch_normalization_block.h"

#include <ATen/Functions.h>

#include <utility>

namespace elubench::network {
namespace {

constexpr double epsilon = 1e-5;
constexpr double momentum = 0.1;

}  // namespace

BatchNormalizationBlock::BatchNormalizationBlock(const Parameters::Entry& scale, const Parameters::Entry& shift,
                                                 at::Tensor running_mean, at::Tensor running_variance,
                                                 at::Tensor input, at::Tensor output)
    : scale_(scale),
      shift_(shift),
      running_mean_(std::move(running_mean)),
      running_variance_(std::move(running_variance)),
      input_(std::move(input)),
      output_(std::move(output)),
      batch_mean_(at::zeros_like(running_mean_)),
      batch_inverse_standard_deviation_(at::zeros_like(running_mean_)) {}

void BatchNormalizationBlock::forward(const Pass& pass) {
  const auto [output, mean, inverse_standard_deviation] = at::native_batch_norm(
      input_, scale_.value, shift_.value, running_mean_, running_variance_, pass.training, momentum, epsilon);
  output_.copy_(output);
  if (!pass.training) return;
  batch_mean_.copy_(mean);
  batch_inverse_standard_deviation_.copy_(inverse_standard_deviation);
}

void BatchNormalizationBlock::backward(const Pass& pass) {
  const auto [input_gradient, scale_gradient, shift_gradient] = at::native_batch_norm_backward(
      output_, input_, scale_.value, running_mean_, running_variance_, batch_mean_,
      batch_inverse_standard_deviation_, pass.training, epsilon, {true, true, true});
  scale_.gradient.copy_(scale_gradient);
  shift_.gradient.copy_(shift_gradient);
  input_.copy_(input_gradient);
}

}  // namespace elubench::network
