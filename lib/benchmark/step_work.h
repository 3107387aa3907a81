// What the phases of one training step have to do, to be set against the time that they take.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "network/network.h"
#include "network/table.h"
#include "train/specification.h"

namespace elubench::benchmark {

class StepWork {
 public:
  StepWork(const train::Specification& specification, const network::Network& network);

  // Of a phase ("forward", "backward") at a part ("conv3"): twice the multiply-adds; of a backward pass those of
  // both gradients, but for the first layer's input. As of direct convolutions. 0 for other parts.
  double operations(const std::string& phase, const std::string& part) const;

  // Read and written by what is bound by memory: the pools ("pool3"), activations where they are apart
  // from these ("activation3"), and the update. 0 for others. A pool's
  // backward pass reads its input again before it overwrites it. (Where the first layer goes in slices, its pool
  // reads the winners that it has written forward, and its input stays in the caches.)
  double bytes(const std::string& phase, const std::string& part) const;

 private:
  double images_of(std::int64_t side, std::int64_t channels) const;

  std::vector<network::LayerGeometry> layers_;
  double batch_, element_bytes_, parameters_;
};

}  // namespace elubench::benchmark
