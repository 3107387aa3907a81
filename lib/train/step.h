// One training iteration.
#pragma once

#include "data/dataset.h"
#include "network/network.h"
#include "train/batches.h"
#include "train/specification.h"

namespace elubench::train {

// Gather and augment, forward, loss, backward, update: the same for every iteration.
class Step {
 public:
  // Keeps references to all three.
  Step(const Specification& specification, const data::Dataset& dataset, network::Network& network);

  // Does the update number `iteration` (from 0), and adds the batch's loss and errors to `totals`. If the loss is
  // not finite, the parameters are left as they are.
  void run(std::int64_t iteration, kernel::LossTotals& totals, network::Observer* observer = nullptr);

 private:
  void update(std::int64_t iteration);

  const Specification& specification_;
  network::Network& network_;
  TrainingBatches batches_;
};

}  // namespace elubench::train
