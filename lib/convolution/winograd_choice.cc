#include "convolution/winograd_choice.h"

#include <algorithm>
#include <cstdint>
#include <functional>

namespace elubench::convolution {
namespace {

// How many times as long as a form's work a direct convolution's multiplications must take. Less than one: direct
// convolutions of few places take longer than their multiplications, their weight gradients above all. Fitted,
// like the numbers below, to the layers of elu11 and elu18 on AMD's Zen 4, in batches of 12, 32 and 100, with
// tiles of one size in all passes and chunks of 8 MiB; not again since.
constexpr double least_saving = 0.78;

// What else a pass takes, in products of float32 that take as long: to transform a tile, for each of its channels
// in and out, the same with factors in bfloat16; to transform, write and read a weight.
constexpr double products_a_channel = 24, products_a_weight = 16;

double square(std::int64_t x) { return static_cast<double>(x * x); }

// How many times as long a direct convolution's multiplications take as the form's work, forward and for both
// gradients, if they are made at the same speed. The input's gradient covers the input with tiles.
double saving_at_same_speed(const Geometry& g, const WinogradForm& form) {
  const double a_channel = 1.0 / static_cast<double>(g.in_channels) + 1.0 / static_cast<double>(g.out_channels);
  const double a_weight = products_a_weight * (form.bf16_factors ? 2 : 1) / static_cast<double>(g.batch);
  const auto products = [&](const WinogradTile& tile, std::int64_t side) {
    const auto tiles = static_cast<double>(tile.tiles(side)),
               of_tile = static_cast<double>(tile.products(g.receptive_field));
    return (tiles * (1 + products_a_channel * a_channel) + a_weight) * of_tile;
  };
  return 3 * square(g.out_side * g.receptive_field) /
         (products(form.outputs, g.out_side) + products(form.gradients, g.out_side) +
          products(form.gradients, g.in_side));
}

// How many times as fast bfloat16 is multiplied as float32.
double bf16_advantage(const Cpu& cpu) {
  if (cpu.has("amx_bf16")) return 16;
  return cpu.bf16_is_faster ? 2 : 1;
}

double saving(const Geometry& g, const WinogradForm& form, bool bf16, const Cpu& cpu) {
  const bool at_lower_speed = bf16 && !form.bf16_factors;
  return saving_at_same_speed(g, form) / (at_lower_speed ? bf16_advantage(cpu) : 1);
}

}  // namespace

std::vector<WinogradForm> winograd_forms(const Geometry& g, bool bf16, const Cpu& cpu) {
  const bool field_of_2 = g.receptive_field == 2, field_of_3 = g.receptive_field == 3;
  std::vector<WinogradForm> forms;
  if (field_of_3) forms = {{tile_4x4, tile_4x4}, {tile_2x2, tile_2x2}};
  if (field_of_2) forms = {{tile_4x4, tile_4x4}, {tile_3x3, tile_3x3}, {tile_2x2, tile_2x2}};
  // Larger tiles multiply the rounding (cook_toom_test.cc). Beside the noise of gradients of one batch that is
  // little, but what the network computes stays close to bfloat16's: outputs have no tiles that multiply it much
  // more than twice.
  if (!forms.empty() && bf16 && cpu.bf16_is_faster) {
    for (const WinogradTile& of_gradients : {tile_4x4, tile_2x2}) {
      forms.push_back({tile_2x2, of_gradients, true});
      if (field_of_2) forms.push_back({tile_3x3, of_gradients, true});
      if (field_of_2) forms.push_back({tile_2x4, of_gradients, true});
    }
  }
  std::ranges::stable_sort(forms, std::greater{}, [&](const WinogradForm& f) { return saving(g, f, bf16, cpu); });
  return forms;
}

bool winograd_pays(const Geometry& g, const WinogradForm& form, bool bf16, const Cpu& cpu) {
  // Not measured on AMX, beside whose products transforms take longer than the numbers above say: `elubench bench
  // --precision bf16 --convolutions winograd` measures it.
  if (form.bf16_factors && cpu.has("amx_bf16")) return false;
  return saving(g, form, bf16, cpu) >= least_saving;
}

}  // namespace elubench::convolution
