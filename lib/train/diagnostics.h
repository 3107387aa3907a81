// What goes on inside the layers, on a probe batch.
#pragma once

#include <string>
#include <vector>

#include "data/dataset.h"
#include "network/network.h"

namespace elubench::train {

inline constexpr std::int64_t probe_images = 500;

struct LayerDiagnostics {
  std::string layer;       // "conv3"
  bool has_activation;     // else only the gradient norm means something
  double activation_mean;  // of f(x), over images, places and channels; before the pool
  double activation_std;   // likewise
  double dead_fraction;    // share of channels with |f'| < 1e-3 for every image and place
  double gradient_norm;    // root mean square of d (mean loss) / d pre-activation
};

// On the first `probe_images` test images, in evaluation mode. Overwrites the network's
// buffers and gradients; weights and statistics stay. Throws Interrupted between two batches.
std::vector<LayerDiagnostics> diagnose(const data::Images& test_images, network::Network& network);

}  // namespace elubench::train
