#include "train/batches.h"

#include <ATen/Functions.h>

#include <algorithm>

#include "kernel/gather_augment.h"
#include "kernel/tensor_buffer.h"
#include "random/permutation.h"

namespace elubench::train {
namespace {

void gather(const data::Images& images, const std::vector<std::int64_t>& chosen, const random::Stream* stream,
            network::Network& network) {
  const at::Tensor on_host = at::from_blob(const_cast<std::int64_t*>(chosen.data()),
                                           {static_cast<std::int64_t>(chosen.size())}, at::kLong);
  const at::Tensor on_device = on_host.to(images.pixels.device());
  at::index_select_out(network.labels(), images.labels, 0, on_device);
  kernel::gather_augment({data::image_side, data::image_channels}, images.pixels.const_data_ptr<float>(),
                         on_device.const_data_ptr<std::int64_t>(), network.batch_size(), stream,
                         kernel::buffer_of(network.images()));
}

}  // namespace

TrainingBatches::TrainingBatches(const data::Images& images, std::uint64_t seed, bool augment)
    : images_(images), seed_(seed), augment_(augment) {}

void TrainingBatches::fill(std::int64_t iteration, network::Network& network) {
  std::vector<std::int64_t> chosen(static_cast<std::size_t>(network.batch_size()));
  std::int64_t position = iteration * network.batch_size();
  for (std::int64_t& image : chosen) {
    const std::int64_t epoch = position / images_.size();
    if (epoch != epoch_) {
      order_ = random::permutation(seed_, static_cast<std::uint32_t>(epoch), images_.size());
      epoch_ = epoch;
    }
    image = order_[static_cast<std::size_t>(position % images_.size())];
    ++position;
  }
  const random::Stream stream{seed_, random::Purpose::augmentation, 0, static_cast<std::uint32_t>(iteration)};
  gather(images_, chosen, augment_ ? &stream : nullptr, network);
}

std::int64_t fill_in_order(const data::Images& images, std::int64_t first, network::Network& network) {
  std::vector<std::int64_t> chosen(static_cast<std::size_t>(network.batch_size()));
  for (std::size_t j = 0; j < chosen.size(); ++j) {
    chosen[j] = std::min(first + static_cast<std::int64_t>(j), images.size() - 1);
  }
  gather(images, chosen, nullptr, network);
  return std::min(network.batch_size(), images.size() - first);
}

}  // namespace elubench::train
