#include "train/evaluation.h"

#include "base/interrupt.h"
#include "device/value.h"
#include "train/batches.h"

namespace elubench::train {

Evaluation evaluate(const data::Images& images, network::Network& network) {
  device::Value<kernel::LossTotals> sums(network.device());
  for (std::int64_t first = 0; first < images.size(); first += network.batch_size()) {
    throw_if_interrupted();
    const std::int64_t valid = fill_in_order(images, first, network);
    network.forward(network::inference_pass);
    network.loss(valid, 0, sums.data());
  }
  const kernel::LossTotals totals = sums.read();
  const double count = static_cast<double>(totals.images);
  return {totals.loss / count, 100 * static_cast<double>(totals.wrong) / count};
}

}  // namespace elubench::train
