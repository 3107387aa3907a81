#include "convolution/amx_positions.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <vector>

#include "convolution/test_images.h"

namespace elubench::convolution {
namespace {

// What the gradient is made of: small whole numbers, which bfloat16 and sums of products in double hold exactly.
std::vector<std::uint16_t> whole_numbers(std::int64_t count, std::uint32_t salt) {
  std::vector<std::uint16_t> bits;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto number = static_cast<float>((static_cast<std::uint32_t>(i) * 2654435761u + salt) >> 28) - 8;
    bits.push_back(static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(number) >> 16));
  }
  return bits;
}

double value(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

struct Images {
  std::vector<std::uint16_t> input, output_gradient;
};

// (out, row of the field, column of the field, in), straight from the definition of the convolution.
std::vector<double> direct_gradient(const Geometry& g, const Images& images) {
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

// By the formula of the header: with one tap a row of the input has all that a position sees.
std::vector<double> gradient_over_positions(const AmxPositions& positions, const Geometry& g,
                                            const Images& images) {
  const std::int64_t columns = positions.input_columns(), at_once = AmxPositions::at_once;
  std::vector<double> gradient;
  for (std::int64_t o = 0; o < g.out_channels; ++o) {
    for (const std::int64_t shift : positions.shifts()) {
      std::vector<double> sums(static_cast<std::size_t>(columns));
      for (std::int64_t first = 0; first < positions.count(); first += at_once) {
        AmxPositions::Row inputs[AmxPositions::at_once], outputs[AmxPositions::at_once];
        std::vector<std::uint16_t> patches;
        positions.input_rows(images.input.data(), first + shift, patches, inputs);
        positions.output_rows(images.output_gradient.data(), first, outputs);
        for (std::int64_t p = 0; p < at_once; ++p) {
          for (std::int64_t c = 0; c < columns; ++c)
            sums[static_cast<std::size_t>(c)] += value(outputs[p][o]) * value(inputs[p][c]);
        }
      }
      gradient.insert(gradient.end(), sums.begin(), sums.end());
    }
  }
  return gradient;
}

class OfGeometry : public testing::TestWithParam<Geometry> {};

TEST_P(OfGeometry, SumsOverPositionsAreTheGradient) {
  const Geometry g = GetParam();
  const Images images{whole_numbers(g.batch * g.in_side * g.in_side * g.in_channels, 1),
                      whole_numbers(g.batch * g.out_side * g.out_side * g.out_channels, 2)};
  const AmxPositions positions(g);
  EXPECT_EQ(gradient_over_positions(positions, g, images), direct_gradient(g, images));
}

INSTANTIATE_TEST_SUITE_P(AmxPositions, OfGeometry,
                         testing::Values(Geometry{3, 40, 7, 3, 7, 3, 1, 1},   // nine taps, padding all around
                                         Geometry{2, 300, 5, 2, 4, 2, 0, 0},  // none
                                         Geometry{2, 300, 5, 2, 5, 2, 0, 1},  // at the end
                                         Geometry{2, 300, 5, 2, 6, 2, 1, 1},  // an output larger than the input
                                         Geometry{3, 40, 6, 2, 4, 3, 0, 0},   //
                                         Geometry{5, 33, 3, 4, 3, 1, 0, 0},   // one pixel: one tap, no copy
                                         Geometry{40, 20, 2, 3, 1, 2, 0, 0},  // all of the input: likewise
                                         Geometry{2, 3, 9, 4, 9, 5, 2, 2},    // small patches, which are copied
                                         Geometry{2, 3, 4, 4, 4, 5, 3, 1}));  // that are wider than the image

}  // namespace
}  // namespace elubench::convolution
