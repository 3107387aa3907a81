#pragma once

#include <memory>

#include "convolution/convolution.h"
#include "network/block.h"
#include "network/parameters.h"

namespace elubench::network {

// A convolution with bias. Input and output: (N, C, H, W), channels last.
class ConvolutionBlock : public Block {
 public:
  // addend: of the shapes of the parameters' gradients, overwritten by backward(), which then adds it to these;
  // undefined where backward() overwrites the gradients. input_gradient: whether backward() leaves one.
  ConvolutionBlock(std::unique_ptr<convolution::Convolution> convolution, const Parameters::Entry& weight,
                   const Parameters::Entry& bias, convolution::ParameterGradient addend, bool input_gradient,
                   at::Tensor input, at::Tensor output);
  void forward(const Pass& pass) override;
  void backward(const Pass& pass) override;

 private:
  std::unique_ptr<convolution::Convolution> convolution_;
  at::Tensor weight_, bias_, input_, output_;
  convolution::ParameterGradient gradient_, addend_;
  bool input_gradient_;
};

}  // namespace elubench::network
