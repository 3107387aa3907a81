#include "network/convolution_block.h"

#include <utility>

namespace elubench::network {

ConvolutionBlock::ConvolutionBlock(std::unique_ptr<convolution::Convolution> convolution,
                                   const Parameters::Entry& weight, const Parameters::Entry& bias,
                                   bool input_gradient, at::Tensor input, at::Tensor output)
    : convolution_(std::move(convolution)),
      weight_(weight.copy),
      bias_(bias.copy),
      input_(std::move(input)),
      output_(std::move(output)),
      gradients_{weight.gradient, bias.gradient, input_gradient} {}

void ConvolutionBlock::forward(const Pass&) { convolution_->forward(input_, weight_, bias_, output_); }

void ConvolutionBlock::backward(const Pass&) { convolution_->backward(input_, weight_, output_, gradients_); }

}  // namespace elubench::network
