#include "train/batches.h"

#include <ATen/Functions.h>

#include <algorithm>

#include "kernel/gather_augment.h"
#include "kernel/tensor_buffer.h"
#include "random/permutation.h"

namespace elubench::train {
namespace {

kernel::ImageSet set_of(const data::Images& images) {
  return {{data::image_side, data::image_channels},
          images.size(),
          images.pixels.const_data_ptr<float>(),
          images.labels.const_data_ptr<std::int64_t>()};
}

}  // namespace

TrainingBatches::TrainingBatches(const data::Images& images, std::uint64_t seed, bool augment,
                                 std::int64_t batch_size)
    : images_(images), seed_(seed), augment_(augment), batch_size_(batch_size) {
  const std::int64_t epochs = (batch_size + images.size() - 1) / images.size() + 1;
  orders_ = at::zeros({epochs, images.size()}, images.labels.options());
  epoch_held_.assign(static_cast<std::size_t>(epochs), -1);
}

void TrainingBatches::prepare(std::int64_t iteration) {
  const std::int64_t first = iteration * batch_size_ / images_.size();
  const std::int64_t last = ((iteration + 1) * batch_size_ - 1) / images_.size();
  for (std::int64_t epoch = first; epoch <= last; ++epoch) bring_order_of(epoch);
}

void TrainingBatches::bring_order_of(std::int64_t epoch) {
  const std::int64_t row = epoch % orders_.size(0);
  std::int64_t& held = epoch_held_[static_cast<std::size_t>(row)];
  if (held == epoch) return;
  auto order = random::permutation(seed_, static_cast<std::uint32_t>(epoch), images_.size());
  at::Tensor host = at::from_blob(order.data(), {images_.size()}, at::kLong);
  // From pinned memory the copy takes its place among the device's work, behind the steps that read the old row,
  // and the host need not wait for them.
  if (orders_.is_cuda()) host = host.pin_memory();
  orders_[row].copy_(host, true);
  held = epoch;
}

void TrainingBatches::gather(const kernel::StepState* step, network::Network& network) const {
  kernel::gather_training_batch(set_of(images_), {orders_.const_data_ptr<std::int64_t>(), orders_.size(0)}, step,
                                augment_, batch_size_, kernel::buffer_of(network.images()),
                                network.labels().mutable_data_ptr<std::int64_t>());
}

std::int64_t fill_in_order(const data::Images& images, std::int64_t first, network::Network& network) {
  kernel::gather_in_order(set_of(images), first, network.batch_size(), kernel::buffer_of(network.images()),
                          network.labels().mutable_data_ptr<std::int64_t>());
  return std::min(network.batch_size(), images.size() - first);
}

}  // namespace elubench::train
