#include "convolution/amx_positions.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "convolution/direct_weight_gradient.h"
#include "convolution/test_images.h"

namespace elubench::convolution {
namespace {

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
