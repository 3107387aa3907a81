#include "network/pool_activation_dropout_block.h"

#include <ATen/Functions.h>

#include <utility>

#include "kernel/tensor_buffer.h"

namespace elubench::network {

KeptWinners KeptWinners::of(const at::Tensor& output) {
  return {at::zeros_like(output), at::zeros_like(output, at::kByte)};
}

KeptWinners KeptWinners::narrow(std::int64_t first_image, std::int64_t images) const {
  if (!x.defined()) return {};
  return {x.narrow(0, first_image, images), places.narrow(0, first_image, images)};
}

PoolActivationDropoutBlock::PoolActivationDropoutBlock(activation::Activation activation,
                                                       const kernel::PoolGeometry& geometry,
                                                       std::vector<kernel::Breakpoint> rates, std::uint32_t layer,
                                                       at::Tensor input, KeptWinners kept, at::Tensor output)
    : activation_(activation),
      geometry_(geometry),
      rates_(std::move(rates)),
      layer_(layer),
      input_(std::move(input)),
      output_(std::move(output)),
      kept_(std::move(kept)) {}

void PoolActivationDropoutBlock::forward(const Pass& pass) {
  const auto winners = pass.forward_only ? std::nullopt : kept();
  pool_activation_dropout_forward(activation_, geometry_, dropout_for(pass), kernel::buffer_of(input_),
                                  kernel::buffer_of(output_), winners ? &*winners : nullptr);
}

void PoolActivationDropoutBlock::backward(const Pass& pass) {
  const auto winners = kept();
  pool_activation_dropout_backward(activation_, geometry_, dropout_for(pass), kernel::buffer_of(input_),
                                   kernel::buffer_of(output_), winners ? &*winners : nullptr);
}

std::optional<kernel::PoolWinners> PoolActivationDropoutBlock::kept() const {
  if (!kept_.x.defined()) return std::nullopt;
  return kernel::PoolWinners{kernel::buffer_of(kept_.x), kept_.places.data_ptr<std::uint8_t>()};
}

kernel::Dropout PoolActivationDropoutBlock::dropout_for(const Pass& pass) const {
  const kernel::ScheduleView rates{rates_.data(), std::ssize(rates_)};
  return {pass.step, layer_, pass.training ? rates.value_at(pass.iteration) : 0};
}

}  // namespace elubench::network
