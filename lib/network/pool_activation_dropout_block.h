#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "kernel/pool_activation_dropout.h"
#include "kernel/step_state.h"
#include "network/block.h"

namespace elubench::network {

// What won each window of the pool, where that is kept for the backward pass, as the output in shape; undefined
// where it is not.
struct KeptWinners {
  at::Tensor x, places;  // as kernel::PoolWinners

  static KeptWinners of(const at::Tensor& output);
  KeptWinners narrow(std::int64_t first_image, std::int64_t images) const;
};

// Max-pooling, activation and dropout in one kernel. Dropout rates begin at iteration 0; `layer` names the stream
// of its dropout masks. The input outlives the forward pass unless the winners are kept.
class PoolActivationDropoutBlock : public Block {
 public:
  PoolActivationDropoutBlock(activation::Activation activation, const kernel::PoolGeometry& geometry,
                             std::vector<kernel::Breakpoint> rates, std::uint32_t layer, at::Tensor input,
                             KeptWinners kept, at::Tensor output);
  void forward(const Pass& pass) override;
  void backward(const Pass& pass) override;

 private:
  kernel::Dropout dropout_for(const Pass& pass) const;
  std::optional<kernel::PoolWinners> kept() const;

  activation::Activation activation_;
  kernel::PoolGeometry geometry_;
  std::vector<kernel::Breakpoint> rates_;
  std::uint32_t layer_;
  at::Tensor input_, output_;
  KeptWinners kept_;
};

}  // namespace elubench::network
