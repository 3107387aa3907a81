#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "convolution/convolution.h"
#include "convolution/test_images.h"

namespace elubench::convolution {
namespace {

std::array<at::Tensor, 4> all_results(Convolution& convolution, const Geometry& g, at::ScalarType element) {
  const std::int64_t field = g.receptive_field;
  const at::Tensor weight = images({g.out_channels, g.in_channels, field, field}, 0.1, element);
  const at::Tensor bias = images({g.out_channels, 1, 1, 1}, 0.2, element).flatten();
  at::Tensor input = images({g.batch, g.in_channels, g.in_side, g.in_side}, 0.3, element);
  at::Tensor output = images({g.batch, g.out_channels, g.out_side, g.out_side}, 0.4, element);
  const at::Tensor output_gradient = output.clone();
  ParameterGradient gradient{images(weight.sizes(), 0.5, at::kFloat), at::zeros({g.out_channels}, at::kFloat)};
  convolution.forward(input, weight, bias, output);
  convolution.parameter_gradient(input, weight, output_gradient, gradient);
  convolution.input_gradient(output_gradient, weight, input);
  return {output, input, gradient.weight, gradient.bias};
}

void expect_to_share(const WinogradForm& form, const Geometry& small, const Geometry& large) {
  const TwoThreads two_threads;
  const at::ScalarType element = form.bf16_factors ? at::kBFloat16 : at::kFloat;
  const auto workspace = std::make_shared<Workspace>();
  std::vector<std::unique_ptr<Convolution>> sharing, alone;
  for (const Geometry& g : {small, large}) {
    sharing.push_back(make_winograd_convolution(g, at::kCPU, element, form, workspace));
    alone.push_back(make_winograd_convolution(g, at::kCPU, element, form, std::make_shared<Workspace>()));
  }
  if (!sharing.front()) GTEST_SKIP() << "not to be had on this machine";
  for (const std::size_t which : {0, 1, 0}) {
    const Geometry& g = which == 0 ? small : large;
    const auto found = all_results(*sharing[which], g, element), expected = all_results(*alone[which], g, element);
    for (std::size_t i = 0; i < found.size(); ++i)
      EXPECT_TRUE(at::equal(found[i], expected[i])) << which << ' ' << i;
  }
}

// As in a network: the second is larger, and was made when the first had its memory.
TEST(WinogradConvolution, SharesItsWorkspaceWithOthers) {
  const Geometry small{16, 40, 16, 36, 16, 3, 1, 1}, large{20, 70, 19, 60, 17, 3, 0, 0};
  for (const WinogradForm& form : {WinogradForm{tile_4x4, tile_4x4}, WinogradForm{tile_2x2, tile_4x4, true}})
    expect_to_share(form, small, large);
  const WinogradForm more_products_of_outputs{tile_2x4, tile_2x2, true};
  expect_to_share(more_products_of_outputs, {16, 40, 16, 36, 16, 2, 0, 1}, {20, 70, 19, 60, 18, 2, 0, 0});
}

TEST(WinogradConvolution, RoundsOnlyFactorsOfBfloat16ToIt) {
  const WinogradForm form{tile_2x2, tile_4x4, true};
  EXPECT_EQ(make_winograd_convolution({3, 24, 9, 40, 9, 3, 1, 1}, at::kCPU, at::kFloat, form,
                                      std::make_shared<Workspace>()),
            nullptr);
}

}  // namespace
}  // namespace elubench::convolution
