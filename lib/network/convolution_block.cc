#include "network/convolution_block.h"

#include <utility>

namespace elubench::network {

ConvolutionBlock::ConvolutionBlock(std::unique_ptr<convolution::Convolution> convolution,
                                   const Parameters::Entry& weight, const Parameters::Entry& bias,
                                   convolution::ParameterGradient addend, bool input_gradient, at::Tensor input,
                                   at::Tensor output)
    : convolution_(std::move(convolution)),
      weight_(weight.copy),
      bias_(bias.copy),
      input_(std::move(input)),
      output_(std::move(output)),
      gradient_{weight.gradient, bias.gradient},
      addend_(std::move(addend)),
      input_gradient_(input_gradient) {}

void ConvolutionBlock::forward(const Pass&) { convolution_->forward(input_, weight_, bias_, output_); }

void ConvolutionBlock::backward(const Pass&) {
  const bool adds = addend_.weight.defined();
  convolution_->parameter_gradient(input_, weight_, output_, adds ? addend_ : gradient_);
  if (adds) {
    gradient_.weight.add_(addend_.weight);
    gradient_.bias.add_(addend_.bias);
  }
  if (input_gradient_) convolution_->input_gradient(output_, weight_, input_);
}

}  // namespace elubench::network
