#include "network/pool_activation_dropout_block.h"

#include <utility>

#include "kernel/tensor_buffer.h"

namespace elubench::network {

PoolActivationDropoutBlock::PoolActivationDropoutBlock(activation::Activation activation,
                                                       const kernel::PoolGeometry& geometry,
                                                       std::vector<RateFrom> rates, std::uint32_t layer,
                                                       at::Tensor input, at::Tensor output)
    : activation_(activation),
      geometry_(geometry),
      rates_(std::move(rates)),
      layer_(layer),
      input_(std::move(input)),
      output_(std::move(output)) {}

void PoolActivationDropoutBlock::forward(const Pass& pass) {
  pool_activation_dropout_forward(activation_, geometry_, dropout_for(pass), kernel::buffer_of(input_),
                                  kernel::buffer_of(output_));
}

void PoolActivationDropoutBlock::backward(const Pass& pass) {
  pool_activation_dropout_backward(activation_, geometry_, dropout_for(pass), kernel::buffer_of(input_),
                                   kernel::buffer_of(output_));
}

kernel::Dropout PoolActivationDropoutBlock::dropout_for(const Pass& pass) const {
  double rate = 0;
  for (const RateFrom& step : rates_) {
    if (pass.training && step.from <= pass.iteration) rate = step.rate;
  }
  return {pass.step, layer_, rate};
}

}  // namespace elubench::network
