// Sums for the diagnostics of a layer.
#pragma once

#include <cstdint>
#include <vector>

#include "activation/activation.h"
#include "kernel/buffer.h"

namespace elubench::kernel {

// A channel is dead if |f'| stays below this for every image and place.
inline constexpr float dead_slope = 1e-3f;

// Over the values f(x) of a layer, added up over batches.
struct ActivationTotals {
  double sum = 0;
  double sum_of_squares = 0;
  std::int64_t count = 0;
  std::vector<bool> alive;  // one a channel
};

// x: pre-activations (positions, channels). The sums do not depend on the number of threads.
void add_activation_totals(const activation::Activation& activation, Buffer x, std::int64_t positions,
                           std::int64_t channels, ActivationTotals& totals);

// The sum of the squares of `count` elements; likewise.
double sum_of_squares(Buffer x, std::int64_t count);

}  // namespace elubench::kernel
