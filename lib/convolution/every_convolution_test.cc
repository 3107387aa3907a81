// Each implementation beside double precision.
#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "convolution/convolution.h"
#include "convolution/test_images.h"
#include "convolution/winograd_transforms.h"

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
  std::string name;  // of letters, digits and _
  Make make;
  std::optional<WinogradForm> form{};
};

Implementation winograd(const std::string& name, const WinogradForm& form) {
  const auto make = [form](const Geometry& geometry, at::Device device, at::ScalarType element) {
    return make_winograd_convolution(geometry, device, element, form, std::make_shared<Workspace>());
  };
  return {"winograd_" + name, make, form};
}

const Implementation implementations[] = {{"libtorch", make_libtorch_convolution},
                                          {"onednn", make_onednn_convolution},
                                          {"apart", make_apart_convolution},
                                          winograd("4x4", {tile_4x4, tile_4x4}),
                                          winograd("3x3", {tile_3x3, tile_3x3}),
                                          winograd("2x4", {tile_2x4, tile_2x4}),
                                          winograd("2x2", {tile_2x2, tile_2x2}),
                                          winograd("2x2_gradients_4x4_bf16", {tile_2x2, tile_4x4, true}),
                                          winograd("2x4_gradients_4x4_bf16", {tile_2x4, tile_4x4, true}),
                                          winograd("3x3_gradients_4x4_bf16", {tile_3x3, tile_4x4, true}),
                                          winograd("2x2_gradients_2x2_bf16", {tile_2x2, tile_2x2, true}),
                                          winograd("2x4_gradients_2x2_bf16", {tile_2x4, tile_2x2, true}),
                                          winograd("3x3_gradients_2x2_bf16", {tile_3x3, tile_2x2, true}),
                                          {"widened", make_widened},
                                          {"trimmed", make_trimmed},
                                          {"dense", make_dense_convolution},
                                          {"libtorch_products", make_libtorch_dense_convolution},
                                          {"libtorch_patches", make_libtorch_patch_convolution},
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

// An implementation's convolution of one geometry, and the memory of its results.
class Layer {
 public:
  // `implementation` must outlive it.
  Layer(const Implementation& implementation, const Geometry& geometry, at::ScalarType element)
      : implementation_(implementation), g_(geometry), element_(element) {}

  // Nothing where it is not to be had on this machine.
  std::unique_ptr<Convolution> make() const { return implementation_.make(g_, at::kCPU, element_); }

  void expect_agreement(Convolution& of, double tag) {
    const at::Tensor x = input(tag), y_gradient = output_gradient(tag + 0.3);
    const Results exact = exact_results(g_, x, weight_, bias_, y_gradient);
    // What is rounded before or while it is added up leaves its error where the rest cancels.
    const Results beside = results_without_cancellation(g_, x, weight_, bias_, y_gradient);
    const Tolerances within = tolerances(of);
    const Results found = results(of, x.clone(), y_gradient);
    EXPECT_LT(error(found.output, exact.output, beside.output), within.output);
    EXPECT_LT(error(found.input_gradient, exact.input_gradient, beside.input_gradient), within.input_gradient);
    EXPECT_LT(error(found.weight_gradient, exact.weight_gradient, beside.weight_gradient), within.weight_gradient);
    EXPECT_LT(error(found.bias_gradient, exact.bias_gradient, beside.bias_gradient), within.bias_gradient);
  }

  void expect_the_same_bits_twice(Convolution& of) {
    const at::Tensor x = input(0.7), y_gradient = output_gradient(0.8);
    const Results first = results(of, x.clone(), y_gradient), second = results(of, x.clone(), y_gradient);
    EXPECT_TRUE(at::equal(first.output, second.output));
    EXPECT_TRUE(at::equal(first.input_gradient, second.input_gradient));
    EXPECT_TRUE(at::equal(first.weight_gradient, second.weight_gradient));
    EXPECT_TRUE(at::equal(first.bias_gradient, second.bias_gradient));
  }

 private:
  at::Tensor input(double tag) const {
    return images({g_.batch, g_.in_channels, g_.in_side, g_.in_side}, tag, element_);
  }
  at::Tensor output_gradient(double tag) const { return images(output_.sizes(), tag, element_); }

  // Overwrites `x`.
  Results results(Convolution& of, at::Tensor x, const at::Tensor& y_gradient) {
    const at::Tensor before = x.clone();
    of.forward(x, weight_, bias_, output_);
    of.parameter_gradient(x, weight_, y_gradient, gradient_);
    EXPECT_TRUE(at::equal(x, before));
    of.input_gradient(y_gradient, weight_, x);
    return {output_.clone(), x, gradient_.weight.clone(), gradient_.bias.clone()};
  }

  struct Tolerances {
    double output, input_gradient, weight_gradient, bias_gradient;
  };

  static constexpr double sum_rounding = 2e-6;  // of some thousand products of either sign, in float32

  // Gradients of the parameters are float32 whatever the images are; LibTorch makes them in the element type.
  Tolerances tolerances(const Convolution& of) const {
    const bool is_libtorch = of.name() == "LibTorch";
    if (implementation_.form && implementation_.form->bf16_factors) {
      const bool coarse = implementation_.form->gradients == tile_4x4;
      const double of_gradients = coarse ? bf16_winograd_gradient_error : bf16_winograd_error;
      return {bf16_winograd_error, of_gradients, of_gradients, sum_rounding};
    }
    const double of_element = element_ == at::kFloat ? float_tolerance() : bf16_tolerance(is_libtorch);
    return {of_element, of_element, is_libtorch ? of_element : float_tolerance(),
            is_libtorch ? of_element : sum_rounding};
  }

  double float_tolerance() const {
    const bool may_be_winograd = implementation_.form || implementation_.name == "widened";
    return sum_rounding * (may_be_winograd ? winograd_rounding : 1);
  }

  // Rounding of the result to the element type.
  // LibTorch on a processor without instructions for bfloat16 rounds partial sums to it, too.
  double bf16_tolerance(bool is_libtorch) const {
    const bool may_be_libtorch = implementation_.name.starts_with("libtorch") || implementation_.name == "amx";
    const bool rounds_sums =
        (may_be_libtorch || is_libtorch) && !make_onednn_convolution(geometries[1], at::kCPU, at::kBFloat16);
    return rounds_sums ? 0.04 : 0x1p-8;
  }

  static double error(const at::Tensor& found, const at::Tensor& expected, const at::Tensor& beside) {
    const at::Tensor size = at::maximum(expected.norm(), beside.norm());
    return ((found.to(at::kDouble) - expected).norm() / size).item<double>();
  }

  const Implementation& implementation_;
  Geometry g_;
  at::ScalarType element_;
  at::Tensor weight_ =
      images({g_.out_channels, g_.in_channels, g_.receptive_field, g_.receptive_field}, 0.1, element_);
  at::Tensor bias_ = images({g_.out_channels, 1, 1, 1}, 0.2, element_).flatten();
  at::Tensor output_ =
      at::full({g_.batch, g_.out_side, g_.out_side, g_.out_channels}, 77, element_).permute({0, 3, 1, 2});
  ParameterGradient gradient_{
      at::full({g_.out_channels, g_.receptive_field, g_.receptive_field, g_.in_channels}, 77, at::kFloat)
          .permute({0, 3, 1, 2}),
      at::full({g_.out_channels}, 77, at::kFloat)};
};

// Of one element type.
class EveryConvolution : public testing::TestWithParam<std::tuple<Implementation, at::ScalarType>> {
 protected:
  // Of each geometry that the implementation is to be had for.
  template <class Body>
  void for_each_layer(const Body& body) {
    const auto& [implementation, element] = GetParam();
    const auto& form = implementation.form;
    // In float32, where LibTorch's products stand in for oneDNN's.
    const bool on_every_processor = form && !form->bf16_factors;
    bool any = false;
    for (const Geometry& g : geometries) {
      SCOPED_TRACE(testing::PrintToString(g));
      Layer layer(implementation, g, element);
      const auto convolution = layer.make();
      if (on_every_processor) {
        EXPECT_EQ(convolution != nullptr, make_winograd_transforms(form->outputs, g.receptive_field) != nullptr);
      }
      if (!convolution) continue;
      body(layer, *convolution);
      any = true;
    }
    if (!any) GTEST_SKIP() << "not to be had on this machine";
  }
};

TEST_P(EveryConvolution, AgreesWithDoublePrecisionAndOverwritesWhatWasThere) {
  for_each_layer([](Layer& layer, Convolution& convolution) {
    layer.expect_agreement(convolution, 0.4);
    layer.expect_agreement(convolution, 0.5);
  });
}

// The sums over images are made in the same order every time.
TEST_P(EveryConvolution, AgreesAndRepeatsItsBitsOnTwoThreads) {
  const TwoThreads two_threads;  // before one is made: that is when oneDNN shares out the work
  for_each_layer([](Layer& layer, Convolution& convolution) {
    layer.expect_agreement(convolution, 0.6);
    layer.expect_the_same_bits_twice(convolution);
  });
}

std::string name_of(const testing::TestParamInfo<EveryConvolution::ParamType>& test) {
  return std::get<0>(test.param).name + (std::get<1>(test.param) == at::kFloat ? "_of_fp32" : "_of_bf16");
}

INSTANTIATE_TEST_SUITE_P(All, EveryConvolution,
                         testing::Combine(testing::ValuesIn(implementations),
                                          testing::Values(at::kFloat, at::kBFloat16)),
                         name_of);

}  // namespace
}  // namespace elubench::convolution
