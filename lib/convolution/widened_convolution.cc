#include <ATen/Functions.h>

#include <utility>

#include "convolution/convolution.h"

namespace elubench::convolution {
namespace {

at::Tensor wide_images(std::int64_t batch, std::int64_t side, std::int64_t channels) {
  return at::zeros({batch, side, side, channels}, at::kFloat).permute({0, 3, 1, 2});
}

class WidenedConvolution : public Convolution {
 public:
  WidenedConvolution(const Geometry& g, std::unique_ptr<Convolution> wide)
      : wide_(std::move(wide)),
        input_(wide_images(g.batch, g.in_side, g.in_channels)),
        weight_(wide_images(g.out_channels, g.receptive_field, g.in_channels)),
        bias_(at::zeros({g.out_channels}, at::kFloat)),
        output_(wide_images(g.batch, g.out_side, g.out_channels)) {}

  std::string name() const override { return wide_->name() + " in float32"; }
  Rounding rounding() const override { return wide_->rounding(); }

  void forward(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
               at::Tensor& output) override {
    input_.copy_(input);
    weight_.copy_(weight);
    bias_.copy_(bias);
    wide_->forward(input_, weight_, bias_, output_);
    output.copy_(output_);
  }

  void parameter_gradient(const at::Tensor&, const at::Tensor&, const at::Tensor& output_gradient,
                          ParameterGradient& gradient) override {
    output_.copy_(output_gradient);
    wide_->parameter_gradient(input_, weight_, output_, gradient);
  }

  void input_gradient(const at::Tensor& output_gradient, const at::Tensor&, at::Tensor& input) override {
    output_.copy_(output_gradient);
    wide_->input_gradient(output_, weight_, input_);
    input.copy_(input_);
  }

 private:
  std::unique_ptr<Convolution> wide_;
  // float32, channels last; input and weight as forward() had them, until input_gradient() has overwritten the
  // input.
  at::Tensor input_, weight_, bias_, output_;
};

}  // namespace

std::unique_ptr<Convolution> make_widened_convolution(const Geometry& g, at::Device device, at::ScalarType element,
                                                      std::shared_ptr<Workspace> workspace) {
  if (!device.is_cpu() || element != at::kBFloat16) return nullptr;
  return std::make_unique<WidenedConvolution>(
      g, make_convolution(Engine::automatic, g, device, at::kFloat, std::move(workspace)));
}

}  // namespace elubench::convolution
