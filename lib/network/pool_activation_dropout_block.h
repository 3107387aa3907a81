#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "kernel/pool_activation_dropout.h"
#include "network/block.h"

namespace elubench::network {

// From iteration `from` on, the rate.
struct RateFrom {
  std::int64_t from;
  double rate;
};

// Max-pooling, activation and dropout in one kernel. `layer` names the stream of its dropout masks.
class PoolActivationDropoutBlock : public Block {
 public:
  PoolActivationDropoutBlock(activation::Activation activation, const kernel::PoolGeometry& geometry,
                             std::vector<RateFrom> rates, std::uint32_t layer, at::Tensor input,
                             at::Tensor output);
  void forward(const Pass& pass) override;
  void backward(const Pass& pass) override;

 private:
  kernel::Dropout dropout_for(const Pass& pass) const;

  activation::Activation activation_;
  kernel::PoolGeometry geometry_;
  std::vector<RateFrom> rates_;
  std::uint32_t layer_;
  at::Tensor input_, output_;
};

}  // namespace elubench::network
