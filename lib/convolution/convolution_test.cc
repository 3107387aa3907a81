#include "convolution/convolution.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <optional>
#include <ostream>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/cpu.h"
#include "base/error.h"
#include "base/parallel.h"
#include "convolution/onednn_primitives.h"

namespace elubench::convolution {
namespace {

using Make = std::function<std::unique_ptr<Convolution>(const Geometry&, at::Device, at::ScalarType)>;

// On top of LibTorch's: nothing where it would be LibTorch's itself.
std::unique_ptr<Convolution> make_amx_convolution(const Geometry& geometry, at::Device device,
                                                  at::ScalarType element) {
  auto rest = make_libtorch_convolution(geometry, device, element);
  const Convolution* before = rest.get();
  auto convolution = with_amx_weight_gradients(geometry, element, std::move(rest));
  return convolution.get() == before ? nullptr : std::move(convolution);
}

std::unique_ptr<Convolution> make_widened(const Geometry& geometry, at::Device device, at::ScalarType element) {
  return make_widened_convolution(geometry, device, element, std::make_shared<Workspace>());
}

std::unique_ptr<Convolution> make_trimmed(const Geometry& geometry, at::Device device, at::ScalarType element) {
  return make_trimmed_convolution(Engine::automatic, geometry, device, element, std::make_shared<Workspace>());
}

struct Implementation {
  std::string name;
  Make make;
  std::optional<WinogradForm> form{};
};

void PrintTo(const Implementation& implementation, std::ostream* out) { *out << implementation.name; }

Implementation winograd(const std::string& name, const WinogradForm& form) {
  const auto make = [form](const Geometry& geometry, at::Device device, at::ScalarType element) {
    return make_winograd_convolution(geometry, device, element, form, std::make_shared<Workspace>());
  };
  return {"winograd in tiles of " + name, make, form};
}

const Implementation implementations[] = {{"libtorch", make_libtorch_convolution},
                                          {"onednn", make_onednn_convolution},
                                          winograd("4x4", {tile_4x4, tile_4x4}),
                                          winograd("3x3", {tile_3x3, tile_3x3}),
                                          winograd("2x4", {tile_2x4, tile_2x4}),
                                          winograd("2x2", {tile_2x2, tile_2x2}),
                                          winograd("2x2, gradients 4x4, in bfloat16", {tile_2x2, tile_4x4, true}),
                                          winograd("2x4, gradients 4x4, in bfloat16", {tile_2x4, tile_4x4, true}),
                                          winograd("3x3, gradients 4x4, in bfloat16", {tile_3x3, tile_4x4, true}),
                                          winograd("2x2, gradients 2x2, in bfloat16", {tile_2x2, tile_2x2, true}),
                                          winograd("2x4, gradients 2x2, in bfloat16", {tile_2x4, tile_2x2, true}),
                                          winograd("3x3, gradients 2x2, in bfloat16", {tile_3x3, tile_2x2, true}),
                                          {"widened", make_widened},
                                          {"trimmed", make_trimmed},
                                          {"dense", make_dense_convolution},
                                          {"libtorch products", make_libtorch_dense_convolution},
                                          {"libtorch patches", make_libtorch_patch_convolution},
                                          {"amx", make_amx_convolution}};

// batch, channels and side in, channels and side out, receptive field, padding at the beginning and at the end.
const Geometry geometries[] = {
    {4, 3, 32, 24, 32, 5, 2, 2},    // the first layer of elu11
    {3, 24, 9, 40, 9, 3, 1, 1},     //
    {2, 33, 6, 17, 6, 1, 0, 0},     // channels that fill no vector
    {5, 20, 4, 28, 3, 2, 0, 0},     // even_padding none
    {2, 16, 5, 19, 5, 2, 0, 1},     // same
    {2, 16, 5, 19, 6, 2, 1, 1},     // both
    {7, 30, 1, 10, 1, 1, 0, 0},     // the last layer: one pixel
    {1, 260, 3, 100, 2, 2, 0, 0},   // one image
    {3, 70, 16, 40, 16, 3, 1, 1},   // whole tiles of Winograd's, and channels of more than a strip
    {77, 130, 9, 140, 8, 2, 0, 0},  // in several chunks of images, the last a smaller one
    {5, 20, 2, 28, 1, 2, 0, 0},     // all of the input at once
    {6, 21, 4, 12, 4, 1, 0, 0},     // one pixel at a time
    {2, 20, 8, 20, 6, 3, 0, 0},     // no padding
    {10, 33, 8, 17, 8, 1, 0, 0},    // rows enough to be summed in parts
    {6, 40, 1, 33, 1, 2, 0, 1},     // three of four weights meet nothing but padding: conv17 of elu18
    {4, 17, 2, 20, 3, 5, 3, 2},     // the first row and column of weights, too
    {4, 17, 1, 20, 1, 5, 2, 2},     // all but the middle one of 25
};

// Numbers in [-1, 1] that differ by `tag`, (N, C, H, W) channels last, rounded to the element type.
at::Tensor images(at::IntArrayRef nchw, double tag, at::ScalarType element) {
  const at::Tensor flat = at::arange(nchw[0] * nchw[1] * nchw[2] * nchw[3], at::kDouble);
  return at::sin(flat * (0.7 + tag) + tag)
      .view({nchw[0], nchw[2], nchw[3], nchw[1]})
      .to(element)
      .permute({0, 3, 1, 2});
}

struct TwoThreads {
  TwoThreads() { set_thread_count(2); }
  ~TwoThreads() { set_thread_count(1); }
};

struct Results {
  at::Tensor output, input_gradient, weight_gradient, bias_gradient;
};

// LibTorch's autograd in double.
Results exact_results(const Geometry& g, const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                      const at::Tensor& output_gradient) {
  const at::Tensor x = input.to(at::kDouble).contiguous().requires_grad_();
  const at::Tensor w = weight.to(at::kDouble).contiguous().requires_grad_();
  const at::Tensor b = bias.to(at::kDouble).requires_grad_();
  const at::Tensor padded =
      at::constant_pad_nd(x, {g.padding_begin, g.padding_end, g.padding_begin, g.padding_end});
  const at::Tensor output = at::conv2d(padded, w, b);
  output.backward(output_gradient.to(at::kDouble));
  return {output.detach(), x.grad(), w.grad(), b.grad()};
}

// The root of the mean square of what would come out if the signs of all numbers were random.
Results results_without_cancellation(const Geometry& g, const at::Tensor& input, const at::Tensor& weight,
                                     const at::Tensor& bias, const at::Tensor& output_gradient) {
  const auto square = [](const at::Tensor& tensor) { return tensor.to(at::kDouble).square(); };
  const Results squares = exact_results(g, square(input), square(weight), square(bias), square(output_gradient));
  return {squares.output.sqrt(), squares.input_gradient.sqrt(), squares.weight_gradient.sqrt(),
          squares.bias_gradient.sqrt()};
}

class EveryConvolution : public testing::TestWithParam<std::tuple<Implementation, Geometry, at::ScalarType>> {
 protected:
  const Geometry g = std::get<1>(GetParam());
  const at::ScalarType element = std::get<2>(GetParam());
  const std::unique_ptr<Convolution> convolution = std::get<0>(GetParam()).make(g, at::kCPU, element);
  at::Tensor weight = images({g.out_channels, g.in_channels, g.receptive_field, g.receptive_field}, 0.1, element);
  at::Tensor bias = images({g.out_channels, 1, 1, 1}, 0.2, element).flatten();
  at::Tensor output =
      at::full({g.batch, g.out_side, g.out_side, g.out_channels}, 77, element).permute({0, 3, 1, 2});
  ParameterGradient gradient{
      at::full({g.out_channels, g.receptive_field, g.receptive_field, g.in_channels}, 77, at::kFloat)
          .permute({0, 3, 1, 2}),
      at::full({g.out_channels}, 77, at::kFloat)};

  void SetUp() override {
    if (!convolution) GTEST_SKIP() << "not to be had on this machine";
  }

  std::string_view name() const { return std::get<0>(GetParam()).name; }

  bool rounds_factors_to_bf16() const {
    const auto& form = std::get<0>(GetParam()).form;
    return form && form->bf16_factors;
  }

  bool is_libtorch() const { return convolution->name() == "LibTorch"; }

  static constexpr double sum_rounding = 2e-6;  // of some thousand products of either sign, in float32

  double float_tolerance() const {
    const bool may_be_winograd = name().starts_with("winograd") || name() == "widened";
    return sum_rounding * (may_be_winograd ? winograd_rounding : 1);
  }

  // Rounding of the result to the element type.
  // LibTorch on a processor without instructions for bfloat16 rounds partial sums to it, too.
  double tolerance() const {
    if (element == at::kFloat) return float_tolerance();
    if (rounds_factors_to_bf16()) return bf16_winograd_error;
    const bool rounds_sums = (name().starts_with("libtorch") || name() == "amx" || is_libtorch()) &&
                             !make_onednn_convolution(geometries[1], at::kCPU, at::kBFloat16);
    return rounds_sums ? 0.04 : 0x1p-8;
  }

  // A sum of numbers in float32.
  double bias_gradient_tolerance() const { return is_libtorch() ? tolerance() : sum_rounding; }

  // Gradients of the parameters are float32 whatever the images are; LibTorch makes them in the element type.
  double parameter_gradient_tolerance() const {
    if (rounds_factors_to_bf16()) return input_gradient_tolerance();
    return is_libtorch() ? tolerance() : float_tolerance();
  }

  double input_gradient_tolerance() const {
    const bool coarse = rounds_factors_to_bf16() && std::get<0>(GetParam()).form->gradients == tile_4x4;
    return coarse ? bf16_winograd_gradient_error : tolerance();
  }

  static double error(const at::Tensor& found, const at::Tensor& expected, const at::Tensor& beside) {
    const at::Tensor size = at::maximum(expected.norm(), beside.norm());
    return ((found.to(at::kDouble) - expected).norm() / size).item<double>();
  }

  void expect_agreement(Convolution& of, double tag) {
    at::Tensor input = images({g.batch, g.in_channels, g.in_side, g.in_side}, tag, element);
    const at::Tensor output_gradient = images(output.sizes(), tag + 0.3, element);
    const Results exact = exact_results(g, input, weight, bias, output_gradient);
    // What is rounded before or while it is added up leaves its error where the rest cancels.
    const Results beside = results_without_cancellation(g, input, weight, bias, output_gradient);

    of.forward(input, weight, bias, output);
    EXPECT_LT(error(output, exact.output, beside.output), tolerance());
    const at::Tensor before = input.clone();
    of.parameter_gradient(input, weight, output_gradient, gradient);
    EXPECT_LT(error(gradient.weight, exact.weight_gradient, beside.weight_gradient),
              parameter_gradient_tolerance());
    EXPECT_LT(error(gradient.bias, exact.bias_gradient, beside.bias_gradient), bias_gradient_tolerance());
    EXPECT_TRUE(at::equal(input, before));
    of.input_gradient(output_gradient, weight, input);
    EXPECT_LT(error(input, exact.input_gradient, beside.input_gradient), input_gradient_tolerance());
  }
};

TEST_P(EveryConvolution, AgreesWithDoublePrecisionAndOverwritesWhatWasThere) {
  expect_agreement(*convolution, 0.4);
  expect_agreement(*convolution, 0.5);
}

// The sums over images are made in the same order every time.
TEST_P(EveryConvolution, AgreesAndRepeatsItsBitsOnTwoThreads) {
  const at::Tensor input = images({g.batch, g.in_channels, g.in_side, g.in_side}, 0.7, element);
  const at::Tensor output_gradient = images(output.sizes(), 0.8, element);
  const TwoThreads two_threads;  // before it is made: that is when oneDNN shares out the work
  const auto shared = std::get<0>(GetParam()).make(g, at::kCPU, element);
  const auto results = [&] {
    at::Tensor overwritten = input.clone();
    shared->forward(overwritten, weight, bias, output);
    shared->parameter_gradient(overwritten, weight, output_gradient, gradient);
    shared->input_gradient(output_gradient, weight, overwritten);
    return std::array{output.clone(), overwritten, gradient.weight.clone(), gradient.bias.clone()};
  };
  expect_agreement(*shared, 0.6);
  const auto first = results();
  const auto second = results();
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_TRUE(at::equal(first[i], second[i])) << i;
}

TEST(MakeConvolution, TakesOneDnnWhereItCanAndLibTorchElsewhere) {
  const Geometry& geometry = geometries[0];
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

// As in a network: the second is larger, and was made when the first had its memory.
TEST(WinogradConvolution, SharesItsWorkspaceWithOthers) {
  const Geometry small{16, 40, 16, 36, 16, 2, 0, 1}, large{20, 70, 19, 60, 18, 2, 0, 0};
  const WinogradForm in_float32{tile_4x4, tile_4x4}, larger_outputs{tile_2x4, tile_2x2, true},
      larger_gradients{tile_2x4, tile_4x4, true};
  for (const WinogradForm& form : {in_float32, larger_outputs, larger_gradients}) {
    const TwoThreads two_threads;
    const at::ScalarType element = form.bf16_factors ? at::kBFloat16 : at::kFloat;
    const auto workspace = std::make_shared<Workspace>();
    std::vector<std::unique_ptr<Convolution>> sharing, alone;
    for (const Geometry& g : {small, large}) {
      sharing.push_back(make_winograd_convolution(g, at::kCPU, element, form, workspace));
      alone.push_back(make_winograd_convolution(g, at::kCPU, element, form, std::make_shared<Workspace>()));
    }
    if (!sharing.front()) continue;  // not to be had on this machine
    for (const std::size_t which : {0, 1, 0}) {
      const Geometry& g = which == 0 ? small : large;
      const auto found = all_results(*sharing[which], g, element),
                 expected = all_results(*alone[which], g, element);
      for (std::size_t i = 0; i < found.size(); ++i)
        EXPECT_TRUE(at::equal(found[i], expected[i])) << which << ' ' << i;
    }
  }
}

TEST(WinogradConvolution, RoundsOnlyFactorsOfBfloat16ToIt) {
  const Implementation in_bf16 = winograd("2x2", {tile_2x2, tile_4x4, true});
  EXPECT_EQ(in_bf16.make(geometries[1], at::kCPU, at::kFloat), nullptr);
}

// Of bfloat16 where the processor multiplies that faster without AMX: in bfloat16 where oneDNN may use the
// instructions for it, else in float32 where that saves enough.
TEST(MakeConvolution, TakesTheFirstFormOfWinogradsThatIsToBeHad) {
  const Geometry conv3{100, 192, 16, 240, 16, 3, 1, 1};
  if (!this_cpu().bf16_is_faster || this_cpu().has("amx_bf16")) GTEST_SKIP() << "of another processor";
  const Implementation in_bf16 = winograd("2x2", {tile_2x2, tile_4x4, true});
  const bool multiplies_bf16 = in_bf16.make(conv3, at::kCPU, at::kBFloat16) != nullptr;
  EXPECT_EQ(
      make_convolution(Engine::automatic, conv3, at::kCPU, at::kBFloat16)->name(),
      multiplies_bf16 ? "Winograd F(2x2, 3x3) with gradients F(4x4, 3x3) in bfloat16" : "Winograd F(4x4, 3x3)");
}

INSTANTIATE_TEST_SUITE_P(All, EveryConvolution,
                         testing::Combine(testing::ValuesIn(implementations), testing::ValuesIn(geometries),
                                          testing::Values(at::kFloat, at::kBFloat16)));

}  // namespace
}  // namespace elubench::convolution
