// Sizes of a convolution with stride 1 on square images. Free of LibTorch.
#pragma once

#include <cstdint>

namespace elubench::convolution {

struct Geometry {
  std::int64_t batch;
  std::int64_t in_channels, in_side;
  std::int64_t out_channels, out_side;
  std::int64_t receptive_field;
  std::int64_t padding_begin, padding_end;  // zero rows above and columns to the left; below and to the right
};

}  // namespace elubench::convolution
