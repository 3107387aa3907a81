// Which of Winograd's algorithms a convolution gets. Free of LibTorch.
#pragma once

#include <vector>

#include "base/cpu.h"
#include "convolution/geometry.h"
#include "convolution/winograd_tile.h"

namespace elubench::convolution {

struct WinogradForm {
  WinogradTile outputs;
  WinogradTile gradients;  // for that of the weights and that of the input
  // Whether what is multiplied is rounded to bfloat16; sums are float32 always.
  bool bf16_factors = false;
};

// Those that suit the convolution, the one whose products take the least time first. `bf16`: of images of
// bfloat16.
std::vector<WinogradForm> winograd_forms(const Geometry& geometry, bool bf16, const Cpu& cpu);

// Whether a direct convolution is likely to take longer.
bool winograd_pays(const Geometry& geometry, const WinogradForm& form, bool bf16, const Cpu& cpu);

}  // namespace elubench::convolution
