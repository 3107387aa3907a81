// The gradient of a convolution's weight straight from its definition, for the tests of what computes it on AMX.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "convolution/geometry.h"

namespace elubench::convolution {

// What the gradient is made of: small whole numbers, which bfloat16 and sums of products in double hold exactly.
inline std::vector<std::uint16_t> whole_numbers(std::int64_t count, std::uint32_t salt) {
  std::vector<std::uint16_t> bits;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto number = static_cast<float>((static_cast<std::uint32_t>(i) + salt * 7919u) * 2654435761u >> 28) - 8;
    bits.push_back(static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(number) >> 16));
  }
  return bits;
}

inline double value(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

struct Images {
  std::vector<std::uint16_t> input, output_gradient;
};

// (out, row of the field, column of the field, in), straight from the definition of the convolution.
inline std::vector<double> direct_gradient(const Geometry& g, const Images& images) {
  const std::int64_t field = g.receptive_field;
  std::vector<double> gradient(static_cast<std::size_t>(g.out_channels * field * field * g.in_channels));
  const auto in = [&](std::int64_t image, std::int64_t y, std::int64_t x, std::int64_t c) {
    if (y < 0 || x < 0 || y >= g.in_side || x >= g.in_side) return 0.0;
    return value(
        images.input[static_cast<std::size_t>(((image * g.in_side + y) * g.in_side + x) * g.in_channels + c)]);
  };
  auto sum = gradient.begin();
  for (std::int64_t o = 0; o < g.out_channels; ++o) {
    for (std::int64_t tap = 0; tap < field * field; ++tap) {
      for (std::int64_t c = 0; c < g.in_channels; ++c, ++sum) {
        for (std::int64_t p = 0; p < g.batch * g.out_side * g.out_side; ++p) {
          const std::int64_t y = p / g.out_side % g.out_side, x = p % g.out_side;
          *sum += value(images.output_gradient[static_cast<std::size_t>(p * g.out_channels + o)]) *
                  in(p / (g.out_side * g.out_side), y - g.padding_begin + tap / field,
                     x - g.padding_begin + tap % field, c);
        }
      }
    }
  }
  return gradient;
}

}  // namespace elubench::convolution
