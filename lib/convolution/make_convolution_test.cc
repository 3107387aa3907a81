#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/cpu.h"
#include "base/error.h"
#include "convolution/convolution.h"
#include "convolution/onednn_primitives.h"

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

// Of bfloat16 where the processor multiplies that faster: in bfloat16 where oneDNN may use the instructions for
// it, else in float32 where that saves enough; on AMX only where it is asked for.
TEST(MakeConvolution, TakesTheFirstFormOfWinogradsThatIsToBeHad) {
  const Geometry conv3{100, 192, 16, 240, 16, 3, 1, 1};
  if (!this_cpu().bf16_is_faster) GTEST_SKIP() << "of another processor";
  const bool multiplies_bf16 = make_onednn_convolution(conv3, at::kCPU, at::kBFloat16) != nullptr;
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
