#include "network/convolution_block.h"

#include <ATen/Functions.h>

#include <utility>

namespace elubench::network {

ConvolutionBlock::ConvolutionBlock(std::unique_ptr<convolution::Convolution> convolution,
                                   const Parameters::Entry& weight, const Parameters::Entry& bias,
                                   Gradients gradients, at::Tensor input, at::Tensor output)
    : convolution_(std::move(convolution)),
      weight_(weight.copy),
      bias_(bias.copy),
      input_(std::move(input)),
      output_(std::move(output)),
      gradients_(gradients),
      gradient_{weight.gradient, bias.gradient} {
  if (gradients.add_to_weights) addend_ = {at::empty_like(weight.gradient), at::empty_like(bias.gradient)};
}

void ConvolutionBlock::forward(const Pass&) { convolution_->forward(input_, weight_, bias_, output_); }

void ConvolutionBlock::backward(const Pass&) {
  convolution_->parameter_gradient(input_, weight_, output_, gradients_.add_to_weights ? addend_ : gradient_);
  if (gradients_.add_to_weights) {
    gradient_.weight.add_(addend_.weight);
    gradient_.bias.add_(addend_.bias);
  }
  if (gradients_.by_input) convolution_->input_gradient(output_, weight_, input_);
}

}  // namespace elubench::network
