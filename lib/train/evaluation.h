// Loss and error of a network on a set of images.
#pragma once

#include "data/dataset.h"
#include "network/network.h"

namespace elubench::train {

struct Evaluation {
  double loss;   // nats, mean over the images
  double error;  // per cent
};

// In evaluation mode: no dropout, running statistics. Leaves parameters and statistics as they are.
// Throws Interrupted between two batches.
Evaluation evaluate(const data::Images& images, network::Network& network);

}  // namespace elubench::train
