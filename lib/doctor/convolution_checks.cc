// The convolutions of the networks' layers against LibTorch's in double precision on the processor.
#include <algorithm>
#include <string>
#include <vector>

#include "base/cpu.h"
#include "convolution/convolution.h"
#include "doctor/check.h"
#include "network/table.h"

namespace elubench::doctor {
namespace {

// A copy in memory as the network plans it: contiguous() would leave images of one pixel as they are.
at::Tensor channels_last(const at::Tensor& tensor, at::Device device, at::ScalarType type) {
  return tensor.permute({0, 2, 3, 1}).to(device, type, false, true).contiguous().permute({0, 3, 1, 2});
}

struct Results {
  at::Tensor output, input_gradient, weight_gradient, bias_gradient;
};

Results textbook(const convolution::Geometry& g, const at::Tensor& input, const at::Tensor& weight,
                 const at::Tensor& bias, const at::Tensor& output_gradient) {
  const std::int64_t before = g.padding_begin, after = g.padding_end;
  at::Tensor x = input.to(at::kDouble).requires_grad_(), w = weight.to(at::kDouble).requires_grad_();
  at::Tensor b = bias.to(at::kDouble).requires_grad_();
  const at::Tensor output = at::conv2d(at::constant_pad_nd(x, {before, after, before, after}), w, b);
  output.backward(output_gradient.to(at::kDouble));
  return {output, x.grad(), w.grad(), b.grad()};
}

struct Largest {
  double output = 0, gradient = 0;  // relative errors
};

void compare(const std::string& layer, const convolution::Geometry& g, convolution::Convolution& convolution,
             at::Device device, at::ScalarType type, Largest& largest) {
  const std::int64_t field = g.receptive_field;
  const at::Tensor input = noise({g.batch, g.in_channels, g.in_side, g.in_side}, 1).to(type);
  const at::Tensor weight = noise({g.out_channels, g.in_channels, field, field}, 2).to(type);
  const at::Tensor bias = noise({g.out_channels}, 3).to(type);
  const at::Tensor output_gradient = noise({g.batch, g.out_channels, g.out_side, g.out_side}, 4).to(type);
  const Results expected = textbook(g, input, weight, bias, output_gradient);

  at::Tensor x = channels_last(input, device, type), y = channels_last(output_gradient, device, type);
  const at::Tensor w = channels_last(weight, device, type), b = bias.to(device, type);
  const at::Tensor y_gradient = channels_last(output_gradient, device, type);
  convolution::ParameterGradient gradient{
      channels_last(at::zeros(weight.sizes(), at::kFloat), device, at::kFloat),
      at::zeros({g.out_channels}, at::TensorOptions(at::kFloat).device(device))};
  convolution.forward(x, w, b, y);
  convolution.parameter_gradient(x, w, y_gradient, gradient);
  convolution.input_gradient(y_gradient, w, x);
  const convolution::Rounding rounding = convolution.rounding();
  // cuDNN's algorithms may be Winograd's, and it does not say so.
  const double times = device.is_cuda() ? convolution::winograd_rounding : rounding.of_float32;
  const double of_type = tolerance_of(type) * (type == at::kFloat ? times : 1);
  const double tolerance = std::max(of_type, rounding.outputs);
  const double gradient_tolerance = std::max(of_type, rounding.gradients);
  largest.output =
      require_small(largest.output, relative_error(y, expected.output), tolerance, layer + " forward");
  const auto require = [&](const at::Tensor& found, const at::Tensor& exact, double within, const char* of) {
    const double error = relative_error(found, exact);
    largest.gradient = require_small(largest.gradient, error, within, layer + " gradient of the " + of);
  };
  require(x, expected.input_gradient, gradient_tolerance, "input");
  require(gradient.weight, expected.weight_gradient, gradient_tolerance, "weight");
  require(gradient.bias, expected.bias_gradient, of_type, "bias");
}

struct Layer {
  std::string name;
  convolution::Geometry geometry;
};

// A GPU's library chooses by the sizes, so it gets those of training; a processor would take long, so each of its
// ways is tried on few images, but enough for two threads to share out the largest.
std::vector<Layer> layers_of(const network::Options& options, at::Device device) {
  std::vector<Layer> layers;
  for (const auto& layer : network::layers_of(network::resolved(options), 100)) {
    layers.push_back({layer.name, layer.of_images(device.is_cpu() ? 8 : 100)});
  }
  // The only one whose patches are too long for a GPU at the network's own width.
  if (device.is_cuda() && options.name == "elu18")
    layers.push_back({"conv13 at full width", {100, 896, 2, 896, 2, 3, 1, 1}});
  return layers;
}

std::vector<std::unique_ptr<convolution::Convolution>> ways(const convolution::Geometry& g, at::Device device,
                                                            at::ScalarType type) {
  using convolution::Engine;
  std::vector<std::unique_ptr<convolution::Convolution>> made;
  made.push_back(make_convolution(Engine::automatic, g, device, type));
  if (device.is_cuda()) {
    made.push_back(make_convolution(Engine::libtorch, g, device, type));
    return made;
  }
  made.push_back(make_onednn_convolution(g, device, type));
  for (const auto& form : convolution::winograd_forms(g, type == at::kBFloat16, this_cpu())) {
    made.push_back(make_winograd_convolution(g, device, type, form, std::make_shared<convolution::Workspace>()));
  }
  std::erase(made, nullptr);
  return made;
}

std::string check_convolutions(const network::Options& options, at::Device device, at::ScalarType type) {
  Largest largest;
  const std::vector<Layer> layers = layers_of(options, device);
  for (const auto& [name, geometry] : layers) {
    for (const auto& convolution : ways(geometry, device, type)) {
      compare(name, geometry, *convolution, device, type, largest);
    }
  }
  return std::to_string(layers.size()) + " layers, " + error_text(largest.output) +
         "; gradients: " + error_text(largest.gradient);
}

}  // namespace

std::vector<Check> convolution_checks() {
  network::Options whole, narrow;
  narrow.name = "elu18";  // pads one end only
  narrow.width = 0.125;
  std::vector<Check> checks;
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    for (const network::Options& options : {whole, narrow}) {
      checks.push_back({"convolutions of " + options.name + ", " + name_of(type),
                        [type, options](at::Device device) { return check_convolutions(options, device, type); }});
    }
  }
  return checks;
}

}  // namespace elubench::doctor
