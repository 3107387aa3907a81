// The shape that all images of this program have. Free of LibTorch.
#pragma once

#include <cstdint>

namespace elubench::data {

inline constexpr std::int64_t image_side = 32;
inline constexpr std::int64_t image_channels = 3;
inline constexpr std::int64_t channel_values = image_side * image_side;
inline constexpr std::int64_t image_values = image_channels * channel_values;

}  // namespace elubench::data
