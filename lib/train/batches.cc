#include "train/batches.h"

#include <ATen/Functions.h>

#include <algorithm>

#include "kernel/gather_augment.h"
#include "kernel/tensor_buffer.h"
#include "random/permutation.h"

namespace elubench::train {
namespace {

// chosen: int64 (batch), on the host.
void gather(const data::Images& images, const at::Tensor& chosen, const random::Stream* stream,
            network::Network& network) {
  const at::Tensor on_device = chosen.to(images.pixels.device());
  at::index_select_out(network.labels(), images.labels, 0, on_device);
  kernel::gather_augment({data::image_side, data::image_channels}, images.pixels.const_data_ptr<float>(),
                         on_device.const_data_ptr<std::int64_t>(), network.batch_size(), stream,
                         kernel::buffer_of(network.images()));
}

}  // namespace

TrainingBatches::TrainingBatches(const data::Images& images, std::uint64_t seed, bool augment)
    : images_(images), seed_(seed), augment_(augment) {}

void TrainingBatches::fill(std::int64_t iteration, network::Network& network) {
  if (!chosen_.defined()) chosen_ = at::empty({network.batch_size()}, at::kLong);
  auto* chosen = chosen_.mutable_data_ptr<std::int64_t>();
  std::int64_t position = iteration * network.batch_size();
  for (std::int64_t j = 0; j < network.batch_size(); ++j) {
    const std::int64_t epoch = position / images_.size();
    if (epoch != epoch_) {
      order_ = random::permutation(seed_, static_cast<std::uint32_t>(epoch), images_.size());
      epoch_ = epoch;
    }
    chosen[j] = order_[static_cast<std::size_t>(position % images_.size())];
    ++position;
  }
  const random::Stream stream{seed_, random::Purpose::augmentation, 0, static_cast<std::uint32_t>(iteration)};
  gather(images_, chosen_, augment_ ? &stream : nullptr, network);
}

std::int64_t fill_in_order(const data::Images& images, std::int64_t first, network::Network& network) {
  const at::Tensor chosen =
      at::arange(first, first + network.batch_size(), at::kLong).clamp_max_(images.size() - 1);
  gather(images, chosen, nullptr, network);
  return std::min(network.batch_size(), images.size() - first);
}

}  // namespace elubench::train
