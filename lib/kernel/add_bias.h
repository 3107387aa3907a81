// Adds each channel's bias to all places of images.
#pragma once

#include <cstdint>

#include "kernel/buffer.h"

namespace elubench::kernel {

// x: (batch, places, channels), of the bias's element type; the sum is rounded once.
void add_bias(std::int64_t batch, std::int64_t places, std::int64_t channels, Buffer bias, Buffer x);

}  // namespace elubench::kernel
