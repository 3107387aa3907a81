#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/cpu.h"
#include "base/error.h"
#include "convolution/convolution.h"
#include "convolution/onednn_primitives.h"
#include "convolution/test_images.h"

namespace elubench::convolution {
namespace {

TEST(MakeConvolution, TakesOneDnnWhereItCanAndLibTorchElsewhere) {
  const Geometry geometry{4, 3, 32, 24, 32, 5, 2, 2};
  const bool has_onednn = make_onednn_convolution(geometry, at::kCPU, at::kFloat) != nullptr;
  const auto name = [](const Geometry& g) {
    return make_convolution(Engine::automatic, g, at::kCPU, at::kFloat)->name();
  };
  EXPECT_EQ(name({10, 192, 16, 240, 16, 3, 1, 1}), "Winograd F(4x4, 3x3)");
  EXPECT_EQ(name(geometry), has_onednn ? onednn_version() : "LibTorch");
  EXPECT_EQ(name({100, 300, 1, 100, 1, 1, 0, 0}), has_onednn ? onednn_version() + " products" : "LibTorch");
  EXPECT_EQ(make_convolution(Engine::automatic, geometry, at::kCPU, at::kDouble)->name(), "LibTorch");
  EXPECT_THROW(make_convolution(Engine::onednn, geometry, at::kCPU, at::kDouble), UsageError);
  const std::string of_bf16 = make_convolution(Engine::automatic, geometry, at::kCPU, at::kBFloat16)->name();
  const bool onednn_refuses = has_onednn && !make_onednn_convolution(geometry, at::kCPU, at::kBFloat16);
  EXPECT_EQ(of_bf16.ends_with(" in float32"), !this_cpu().bf16_is_faster || onednn_refuses);
}

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
  if (!sharing.front()) return;  // not to be had on this machine
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

std::unique_ptr<Convolution> make_winograd_in_bf16(const Geometry& geometry, at::ScalarType element) {
  const WinogradForm form{tile_2x2, tile_4x4, true};
  return make_winograd_convolution(geometry, at::kCPU, element, form, std::make_shared<Workspace>());
}

TEST(WinogradConvolution, RoundsOnlyFactorsOfBfloat16ToIt) {
  EXPECT_EQ(make_winograd_in_bf16({3, 24, 9, 40, 9, 3, 1, 1}, at::kFloat), nullptr);
}

// Of bfloat16 where the processor multiplies that faster: in bfloat16 where oneDNN may use the instructions for
// it, else in float32 where that saves enough; on AMX only where it is asked for.
TEST(MakeConvolution, TakesTheFirstFormOfWinogradsThatIsToBeHad) {
  const Geometry conv3{100, 192, 16, 240, 16, 3, 1, 1};
  if (!this_cpu().bf16_is_faster) GTEST_SKIP() << "of another processor";
  const bool multiplies_bf16 = make_winograd_in_bf16(conv3, at::kBFloat16) != nullptr;
  const std::string form =
      multiplies_bf16 ? "Winograd F(2x2, 3x3) with gradients F(4x4, 3x3) in bfloat16" : "Winograd F(4x4, 3x3)";
  const auto name = [&](Engine engine) {
    return make_convolution(engine, conv3, at::kCPU, at::kBFloat16)->name();
  };
  EXPECT_EQ(name(Engine::winograd), form);
  const bool amx = this_cpu().has("amx_bf16");
  if (amx && multiplies_bf16) {
    EXPECT_FALSE(name(Engine::automatic).starts_with("Winograd"));
  } else if (!amx) {
    EXPECT_EQ(name(Engine::automatic), form);
  }
}

}  // namespace
}  // namespace elubench::convolution
