// From a run's specification to its network.
#pragma once

#include <string>

#include "network/network.h"
#include "train/specification.h"

namespace elubench::train {

// All its weights are 0: to be set from a checkpoint, or by set_initial_weights.
network::Network build_network(const Specification& specification, std::int64_t classes, at::Device device,
                               convolution::Engine engine = convolution::Engine::automatic);

// Whose convolutions it has, for records.
std::string convolutions_of(const Specification& specification, std::int64_t classes, at::Device device,
                            convolution::Engine engine = convolution::Engine::automatic);

// The weights that the run's seed gives.
void set_initial_weights(const Specification& specification, network::Network& network);

}  // namespace elubench::train
