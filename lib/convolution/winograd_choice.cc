#include "convolution/winograd_choice.h"

#include <algorithm>
#include <functional>

namespace elubench::convolution {
namespace {

// By how much fewer multiplications must take less time. Less than one: a direct convolution of few places takes
// longer than its multiplications, its weight gradient above all.
constexpr double least_saving = 0.9;
constexpr std::int64_t least_channels = 32;

// In how many tiles' products a weight is transformed, written and read: once a batch.
constexpr double tiles_a_weight = 16;

double square(std::int64_t x) { return static_cast<double>(x * x); }

// How many times as many multiplications a direct convolution takes, forward and for both gradients, where the
// weights cost as much as so many tiles of each image. The input's gradient covers the input with tiles.
double fewer_multiplications(const Geometry& g, std::int64_t outputs) {
  const auto products = [&](std::int64_t side) {
    const double tiles = square((side + outputs - 1) / outputs) + tiles_a_weight / static_cast<double>(g.batch);
    return tiles * square(outputs + g.receptive_field - 1);
  };
  return 3 * square(g.out_side * g.receptive_field) / (2 * products(g.out_side) + products(g.in_side));
}

// How many times as fast bfloat16 is multiplied as float32.
double bf16_advantage(const Cpu& cpu) {
  if (cpu.has("amx_bf16")) return 16;
  return cpu.bf16_is_faster ? 2 : 1;
}

double saving(const Geometry& g, const WinogradForm& form, bool bf16, const Cpu& cpu) {
  const bool at_lower_speed = bf16 && !form.bf16_factors;
  return fewer_multiplications(g, form.outputs) / (at_lower_speed ? bf16_advantage(cpu) : 1);
}

}  // namespace

std::vector<WinogradForm> winograd_forms(const Geometry& g, bool bf16, const Cpu& cpu) {
  std::vector<WinogradForm> forms;
  if (g.receptive_field == 3) forms = {{4}, {2}};
  if (g.receptive_field == 2) forms = {{4}, {3}, {2}};
  // Larger tiles would multiply the rounding; on AMX the transforms would take longer than a direct convolution.
  const bool bf16_suits = bf16 && cpu.bf16_is_faster && !cpu.has("amx_bf16");
  if (!forms.empty() && bf16_suits) forms.push_back({.outputs = 2, .bf16_factors = true});
  std::ranges::stable_sort(forms, std::greater{}, [&](const WinogradForm& f) { return saving(g, f, bf16, cpu); });
  return forms;
}

bool winograd_pays(const Geometry& g, const WinogradForm& form, bool bf16, const Cpu& cpu) {
  return std::min(g.in_channels, g.out_channels) >= least_channels && saving(g, form, bf16, cpu) >= least_saving;
}

}  // namespace elubench::convolution
