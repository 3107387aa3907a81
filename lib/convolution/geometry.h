// Sizes of a convolution with stride 1 on square images. Free of LibTorch.
#pragma once

#include <algorithm>
#include <cstdint>

namespace elubench::convolution {

struct Geometry {
  std::int64_t batch;
  std::int64_t in_channels, in_side;
  std::int64_t out_channels, out_side;
  std::int64_t receptive_field;
  std::int64_t padding_begin, padding_end;  // zero rows above and columns to the left; below and to the right
};

// Whether the convolution is one product of a matrix whose rows are places of the output: it sees one pixel at a
// time, or all of the input at once. A row of the input, and of the weights, then lies in memory as it is needed.
constexpr bool is_one_product(const Geometry& g) {
  const bool one_pixel = g.receptive_field == 1 && g.padding_begin == 0 && g.padding_end == 0;
  return one_pixel || (g.out_side == 1 && g.receptive_field == g.in_side);
}

// Taps of the receptive field, from `first` on in both directions.
struct Taps {
  std::int64_t first, count;
};

// Those through which some place of the output sees a pixel: the others meet nothing but padding.
constexpr Taps seen_taps(const Geometry& g) {
  const std::int64_t first = std::max<std::int64_t>(g.padding_begin - (g.out_side - 1), 0);
  const std::int64_t last = std::min(g.padding_begin + g.in_side, g.receptive_field) - 1;
  return {first, last - first + 1};
}

}  // namespace elubench::convolution
