#include <ATen/Context.h>
#include <ATen/Functions.h>

#include <array>
#include <tuple>

#include "convolution/convolution.h"
#include "convolution/matrix_view.h"
#include "convolution/row_product.h"
#include "device/gpus.h"
#include "kernel/add_bias.h"
#include "kernel/tensor_buffer.h"

namespace elubench::convolution {
namespace {

class LibTorchConvolution : public Convolution {
 public:
  LibTorchConvolution(const Geometry& geometry, at::Device device, at::ScalarType element)
      : geometry_(geometry),
        on_gpu_(device.is_cuda()),
        places_(geometry.batch * geometry.out_side * geometry.out_side),
        bias_gradient_(places_, geometry.out_channels, device) {
    // LibTorch pads both ends alike. Where they differ, the input is copied into a buffer whose border stays zero.
    if (geometry.padding_begin == geometry.padding_end) return;
    const std::int64_t side = geometry.in_side + geometry.padding_begin + geometry.padding_end;
    padded_ =
        at::zeros({geometry.batch, side, side, geometry.in_channels}, at::TensorOptions(element).device(device))
            .permute({0, 3, 1, 2});
  }

  std::string name() const override {
    return on_gpu_ ? "cuDNN " + device::cudnn_version() : std::string("LibTorch");
  }

  void forward(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
               at::Tensor& output) override {
    if (!output.is_cuda()) {
      output.copy_(at::convolution(padded(input), weight, bias, one_, padding(), one_, false, zero_, 1));
      return;
    }
    const at::Context& settings = at::globalContext();
    at::cudnn_convolution_out(output, padded(input), weight, padding(), one_, one_, 1, settings.benchmarkCuDNN(),
                              settings.deterministicCuDNN(), settings.allowTF32CuDNN());
    kernel::add_bias(geometry_.batch, geometry_.out_side * geometry_.out_side, geometry_.out_channels,
                     kernel::buffer_of(bias), kernel::buffer_of(output));
  }

  // In bfloat16 what LibTorch returns of a GPU's gradients is rounded to it: the bias's is summed apart for that,
  // the weights' is not, unlike those of the other convolutions here.
  void parameter_gradient(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& output_gradient,
                          ParameterGradient& gradient) override {
    const auto found = backward(input, weight, output_gradient, {false, true, !on_gpu_});
    gradient.weight.copy_(std::get<1>(found));
    if (on_gpu_) {
      bias_gradient_.run(matrix(output_gradient, places_), gradient.bias);
    } else {
      gradient.bias.copy_(std::get<2>(found));
    }
  }

  void input_gradient(const at::Tensor& output_gradient, const at::Tensor& weight, at::Tensor& input) override {
    const auto found = backward(input, weight, output_gradient, {true, false, false});
    input.copy_(padded_.defined() ? inner(std::get<0>(found)) : std::get<0>(found));
  }

 private:
  using Gradients = std::tuple<at::Tensor, at::Tensor, at::Tensor>;  // of input, weight and bias

  Gradients backward(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& output_gradient,
                     std::array<bool, 3> wanted) const {
    return at::convolution_backward(output_gradient, padded_.defined() ? padded_ : input, weight,
                                    at::IntArrayRef(geometry_.out_channels), one_, padding(), one_, false, zero_,
                                    1, wanted);
  }

  at::Tensor inner(const at::Tensor& tensor) const {
    return tensor.narrow(2, geometry_.padding_begin, geometry_.in_side)
        .narrow(3, geometry_.padding_begin, geometry_.in_side);
  }

  at::Tensor padded(const at::Tensor& input) const {
    if (!padded_.defined()) return input;
    inner(padded_).copy_(input);
    return padded_;
  }

  std::array<std::int64_t, 2> padding() const {
    if (padded_.defined()) return {0, 0};
    return {geometry_.padding_begin, geometry_.padding_begin};
  }

  static constexpr std::array<std::int64_t, 2> one_{1, 1};
  static constexpr std::array<std::int64_t, 2> zero_{0, 0};
  Geometry geometry_;
  bool on_gpu_;
  std::int64_t places_;
  RowSum bias_gradient_;
  at::Tensor padded_;  // undefined where the padding is symmetrical
};

}  // namespace

std::unique_ptr<Convolution> make_libtorch_convolution(const Geometry& geometry, at::Device device,
                                                       at::ScalarType element) {
  return std::make_unique<LibTorchConvolution>(geometry, device, element);
}

}  // namespace elubench::convolution
