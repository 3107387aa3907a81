#pragma once

#include "network/block.h"
#include "network/parameters.h"

namespace elubench::network {

// Batch normalisation over images and places (Ioffe and Szegedy 2015), epsilon 1e-5; the running average takes a
// tenth of each batch's mean and unbiased variance. Scale, shift and statistics are float32 whatever the images
// are.
class BatchNormalizationBlock : public Block {
 public:
  BatchNormalizationBlock(const Parameters::Entry& scale, const Parameters::Entry& shift, at::Tensor running_mean,
                          at::Tensor running_variance, at::Tensor input, at::Tensor output);
  void forward(const Pass& pass) override;
  void backward(const Pass& pass) override;

 private:
  Parameters::Entry scale_, shift_;
  at::Tensor running_mean_, running_variance_, input_, output_;
  at::Tensor batch_mean_, batch_inverse_standard_deviation_;  // of the last forward pass in training
  at::Tensor none_;                                           // without elements
};

}  // namespace elubench::network
