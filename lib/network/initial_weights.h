// The weights that a run starts from.
#pragma once

#include <cstdint>

#include "network/options.h"
#include "network/parameters.h"

namespace elubench::network {

// Sets all parameters to their initial values, drawn on the host in (O, I, H, W) order: a pure function of the
// seed and the layer, so they are the same for every activation, with and without batch normalisation, on every
// device. Batch normalisation starts with scale 1 and shift 0; velocities with 0.
void set_initial_weights(Initialization initialization, std::uint64_t seed, Parameters& parameters);

}  // namespace elubench::network
