#include "network/batch_normalization_block.h"

#include <ATen/Functions.h>

#include <tuple>
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
      batch_inverse_standard_deviation_(at::zeros_like(running_mean_)),
      none_(at::empty({0}, running_mean_.options())) {}

void BatchNormalizationBlock::forward(const Pass& pass) {
  if (pass.training) {
    at::native_batch_norm_out(output_, batch_mean_, batch_inverse_standard_deviation_, input_, scale_.value,
                              shift_.value, running_mean_, running_variance_, true, momentum, epsilon);
  } else {
    output_.copy_(std::get<0>(at::native_batch_norm(input_, scale_.value, shift_.value, running_mean_,
                                                    running_variance_, false, momentum, epsilon)));
  }
}

void BatchNormalizationBlock::backward(const Pass& pass) {
  // On CUDA the batch's statistics would be used in evaluation, too, if they were given.
  const at::Tensor& mean = pass.training ? batch_mean_ : none_;
  const at::Tensor& inverse_standard_deviation = pass.training ? batch_inverse_standard_deviation_ : none_;
  const auto [input_gradient, scale_gradient, shift_gradient] =
      at::native_batch_norm_backward(output_, input_, scale_.value, running_mean_, running_variance_, mean,
                                     inverse_standard_deviation, pass.training, epsilon, {true, true, true});
  scale_.gradient.copy_(scale_gradient);
  shift_.gradient.copy_(shift_gradient);
  input_.copy_(input_gradient);
}

}  // namespace elubench::network
