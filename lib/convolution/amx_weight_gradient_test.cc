// With AMX's tiles in software (amx_tiles_in_software.h); every_convolution_test.cc has those of a processor.
#include "convolution/amx_weight_gradient.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/cpu.h"
#include "convolution/direct_weight_gradient.h"
#include "convolution/test_images.h"

namespace elubench::convolution {
namespace {

std::vector<double> direct_bias_gradient(const Geometry& g, const Images& images) {
  std::vector<double> gradient(static_cast<std::size_t>(g.out_channels));
  for (std::size_t i = 0; i < images.output_gradient.size(); ++i)
    gradient[i % gradient.size()] += value(images.output_gradient[i]);
  return gradient;
}

class OfGeometry : public testing::TestWithParam<Geometry> {
 protected:
  void SetUp() override {
    const Cpu& cpu = this_cpu();
    if (!cpu.has("avx512f") || !cpu.has("avx512bw") || !cpu.has("avx512vl"))
      GTEST_SKIP() << "the factors are laid out with AVX-512";
  }
};

void expect_the_direct_gradient(const Geometry& g, AmxWeightGradient& of, std::uint32_t salt) {
  const Images images{whole_numbers(g.batch * g.in_side * g.in_side * g.in_channels, salt),
                      whole_numbers(g.batch * g.out_side * g.out_side * g.out_channels, salt + 1)};
  const std::vector<double> exact = direct_gradient(g, images);
  std::vector<float> weight(exact.size(), 77), bias(static_cast<std::size_t>(g.out_channels), 77);
  of.run(images.input.data(), images.output_gradient.data(), weight.data(), bias.data());
  EXPECT_EQ(std::vector<double>(weight.begin(), weight.end()), exact);
  EXPECT_EQ(std::vector<double>(bias.begin(), bias.end()), direct_bias_gradient(g, images));
}

// Whole numbers, so sums in any order are exact. The second run finds the first one's factors and product.
TEST_P(OfGeometry, IsTheDirectGradient) {
  AmxWeightGradient gradient(GetParam());
  expect_the_direct_gradient(GetParam(), gradient, 1);
  expect_the_direct_gradient(GetParam(), gradient, 3);
}

TEST_P(OfGeometry, IsTheDirectGradientOnTwoThreads) {
  const TwoThreads two_threads;
  AmxWeightGradient gradient(GetParam());
  expect_the_direct_gradient(GetParam(), gradient, 5);
}

INSTANTIATE_TEST_SUITE_P(AmxWeightGradient, OfGeometry,
                         testing::Values(Geometry{3, 40, 7, 33, 7, 3, 1, 1},     // nine taps, padding all around
                                         Geometry{2, 70, 5, 75, 4, 2, 0, 0},     // three blocks of 32 by three
                                         Geometry{9, 65, 5, 15, 6, 2, 1, 1},     // blocks of one tile of 16
                                         Geometry{13, 33, 16, 20, 16, 3, 1, 1},  // positions of several chunks
                                         Geometry{8, 18, 16, 20, 16, 3, 1, 1},   // and of small patches
                                         Geometry{5, 33, 3, 48, 3, 1, 0, 0},     // one pixel
                                         Geometry{40, 20, 2, 36, 1, 2, 0, 0},    // all of the input: one tap
                                         Geometry{1, 32, 4, 32, 4, 1, 0, 0}));   // fewer positions than a group

}  // namespace
}  // namespace elubench::convolution
