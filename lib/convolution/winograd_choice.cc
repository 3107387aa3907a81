#include "convolution/winograd_choice.h"

#include <algorithm>

namespace elubench::convolution {
namespace {

// What the algorithm must save at least: its products are made by a batch of matrix products, slower than a direct
// convolution's, and the transforms come on top.
constexpr double least_saving = 1.8;
constexpr std::int64_t least_channels = 32;

// In how many tiles' products a weight is transformed, written and read: once a batch.
constexpr double tiles_a_weight = 16;

double square(std::int64_t x) { return static_cast<double>(x * x); }

// How many times as many multiplications a direct convolution takes, forward and for both gradients, where the
// weights cost as much as so many tiles of each image. The input's gradient covers the input with tiles.
double saving(const Geometry& g, std::int64_t outputs, double tiles_for_weights = 0) {
  const auto products = [&](std::int64_t side) {
    const double tiles = square((side + outputs - 1) / outputs) + tiles_for_weights;
    return tiles * square(outputs + g.receptive_field - 1);
  };
  return 3 * square(g.out_side * g.receptive_field) / (2 * products(g.out_side) + products(g.in_side));
}

// The products are float32 whatever the images are, so a processor that multiplies bfloat16 faster must save more.
double bf16_advantage(const Cpu& cpu) {
  if (cpu.has("amx_bf16")) return 16;
  return cpu.bf16_is_faster ? 2 : 1;
}

}  // namespace

std::int64_t winograd_outputs(const Geometry& g) {
  if (g.receptive_field == 3) return saving(g, 4) > saving(g, 2) ? 4 : 2;
  std::int64_t best = 2;
  for (const std::int64_t outputs : {3, 4}) {
    if (saving(g, outputs) > saving(g, best)) best = outputs;
  }
  return best;
}

bool winograd_pays(const Geometry& g, bool bf16, const Cpu& cpu) {
  const bool possible = g.receptive_field == 2 || g.receptive_field == 3;
  return possible && std::min(g.in_channels, g.out_channels) >= least_channels &&
         saving(g, winograd_outputs(g), tiles_a_weight / static_cast<double>(g.batch)) >=
             least_saving * (bf16 ? bf16_advantage(cpu) : 1);
}

}  // namespace elubench::convolution
