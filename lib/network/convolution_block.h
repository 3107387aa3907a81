#pragma once

#include <memory>

#include "convolution/convolution.h"
#include "network/block.h"
#include "network/parameters.h"

namespace elubench::network {

// A convolution with bias. Input and output: (N, C, H, W), channels last.
class ConvolutionBlock : public Block {
 public:
  // What backward() makes: the gradient by the input or not, and that of weight and bias alone or added to what is
  // there.
  struct Gradients {
    bool by_input, add_to_weights;
  };

  ConvolutionBlock(std::unique_ptr<convolution::Convolution> convolution, const Parameters::Entry& weight,
                   const Parameters::Entry& bias, Gradients gradients, at::Tensor input, at::Tensor output);
  void forward(const Pass& pass) override;
  void backward(const Pass& pass) override;

 private:
  std::unique_ptr<convolution::Convolution> convolution_;
  at::Tensor weight_, bias_, input_, output_;
  Gradients gradients_;
  convolution::ParameterGradient gradient_;
  convolution::ParameterGradient addend_;  // where it adds
};

}  // namespace elubench::network
