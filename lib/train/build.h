// From a run's specification to its network.
#pragma once

#include "network/network.h"
#include "train/specification.h"

namespace elubench::train {

// With the initial weights of the run's seed.
network::Network build_network(const Specification& specification, std::int64_t classes, at::Device device);

}  // namespace elubench::train
