// Which images make which batch, gathered into a network's input.
#pragma once

#include <cstdint>
#include <vector>

#include "data/dataset.h"
#include "network/network.h"

namespace elubench::train {

// Training batches: epoch after epoch, each in its own random order, without a gap: image p of the run is the (p
// mod N)-th of epoch p / N, so a batch may span two epochs and none is dropped. A pure function of seed and
// iteration.
class TrainingBatches {
 public:
  TrainingBatches(const data::Images& images, std::uint64_t seed, bool augment);

  // Fills the network's images and labels with the batch of the iteration (the number of updates done so far).
  void fill(std::int64_t iteration, network::Network& network);

 private:
  const data::Images& images_;
  std::uint64_t seed_;
  bool augment_;
  std::int64_t epoch_ = -1;  // whose order is in order_
  std::vector<std::int64_t> order_;
  at::Tensor chosen_;  // int64 (batch), on the host
};

// Fills the network's batch with images first, first + 1, ... as they are. Returns how many are valid: at the end
// of the set the batch is filled up with its last image.
std::int64_t fill_in_order(const data::Images& images, std::int64_t first, network::Network& network);

}  // namespace elubench::train
