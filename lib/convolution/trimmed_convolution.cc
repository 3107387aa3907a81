#include <ATen/Functions.h>

#include <utility>

#include "convolution/convolution.h"

namespace elubench::convolution {
namespace {

at::Tensor weights(const Geometry& g, at::Device device, at::ScalarType element) {
  const std::int64_t field = g.receptive_field;
  return at::zeros({g.out_channels, field, field, g.in_channels}, at::TensorOptions(element).device(device))
      .permute({0, 3, 1, 2});
}

class TrimmedConvolution : public Convolution {
 public:
  TrimmedConvolution(Engine engine, const Taps& taps, const Geometry& trimmed, at::Device device,
                     at::ScalarType element, std::shared_ptr<Workspace> workspace)
      : taps_(taps),
        rest_(make_convolution(engine, trimmed, device, element, std::move(workspace))),
        weight_(weights(trimmed, device, element)),
        weight_gradient_(weights(trimmed, device, at::kFloat)) {}

  std::string name() const override { return rest_->name(); }
  Rounding rounding() const override { return rest_->rounding(); }

  void forward(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
               at::Tensor& output) override {
    weight_.copy_(seen(weight));
    rest_->forward(input, weight_, bias, output);
  }

  void parameter_gradient(const at::Tensor& input, const at::Tensor&, const at::Tensor& output_gradient,
                          ParameterGradient& gradient) override {
    ParameterGradient of_seen{weight_gradient_, gradient.bias};
    rest_->parameter_gradient(input, weight_, output_gradient, of_seen);
    gradient.weight.zero_();
    seen(gradient.weight).copy_(weight_gradient_);
  }

  void input_gradient(const at::Tensor& output_gradient, const at::Tensor&, at::Tensor& input) override {
    rest_->input_gradient(output_gradient, weight_, input);
  }

 private:
  at::Tensor seen(const at::Tensor& weight) const {
    return weight.narrow(2, taps_.first, taps_.count).narrow(3, taps_.first, taps_.count);
  }

  Taps taps_;
  std::unique_ptr<Convolution> rest_;
  at::Tensor weight_, weight_gradient_;  // of the taps that see a pixel
};

}  // namespace

std::unique_ptr<Convolution> make_trimmed_convolution(Engine engine, const Geometry& g, at::Device device,
                                                      at::ScalarType element,
                                                      std::shared_ptr<Workspace> workspace) {
  const Taps taps = seen_taps(g);
  if (!device.is_cpu() || taps.count == g.receptive_field) return nullptr;
  Geometry trimmed = g;
  trimmed.receptive_field = taps.count;
  trimmed.padding_begin = g.padding_begin - taps.first;
  trimmed.padding_end = g.out_side + taps.count - 1 - g.in_side - trimmed.padding_begin;
  return std::make_unique<TrimmedConvolution>(engine, taps, trimmed, device, element, std::move(workspace));
}

}  // namespace elubench::convolution
