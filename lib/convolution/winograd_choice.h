// Where Winograd's minimal filtering takes less time than a direct convolution. Free of LibTorch.
#pragma once

#include "base/cpu.h"
#include "convolution/geometry.h"

namespace elubench::convolution {

// The m of F(m x m, r x r) that saves most multiplications, forward and backward, for a geometry with r = 2 or 3.
std::int64_t winograd_outputs(const Geometry& geometry);

// Whether it is likely to take less time on that processor.
bool winograd_pays(const Geometry& geometry, bool bf16, const Cpu& cpu);

}  // namespace elubench::convolution
