// Which images make which batch, gathered into a network's input.
#pragma once

#include <cstdint>
#include <vector>

#include "data/dataset.h"
#include "kernel/step_state.h"
#include "network/network.h"

namespace elubench::train {

// Training batches: epoch after epoch, each in its own random order, without a gap: image p of the run is the (p
// mod N)-th of epoch p / N, so a batch may span two epochs and none is dropped. A pure function of seed and
// iteration.
class TrainingBatches {
 public:
  // Keeps a reference to the images.
  TrainingBatches(const data::Images& images, std::uint64_t seed, bool augment, std::int64_t batch_size);

  // The host's part of the batch of an iteration (the number of updates done so far): brings the orders of the
  // epochs that it takes images from to the device.
  void prepare(std::int64_t iteration);

  // The device's part: fills the network's images and labels with the batch of step->iteration, which was
  // prepared.
  void gather(const kernel::StepState* step, network::Network& network) const;

 private:
  void bring_order_of(std::int64_t epoch);

  const data::Images& images_;
  std::uint64_t seed_;
  bool augment_;
  std::int64_t batch_size_;
  at::Tensor orders_;                     // int64 (epochs that a batch may span, images), on the device
  std::vector<std::int64_t> epoch_held_;  // which epoch's order each row holds; -1: none
};

// Fills the network's batch with images first, first + 1, ... as they are. Returns how many are valid: at the end
// of the set the batch is filled up with its last image.
std::int64_t fill_in_order(const data::Images& images, std::int64_t first, network::Network& network);

}  // namespace elubench::train
