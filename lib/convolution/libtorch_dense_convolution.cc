// Convolutions that are one matrix product, by LibTorch's products: on a GPU cuBLAS's, which add the bias and sum
// the weight's gradient in float32 themselves.
#include <ATen/Functions.h>

#include "convolution/convolution.h"
#include "convolution/matrix_view.h"
#include "convolution/row_product.h"

namespace elubench::convolution {
namespace {

class LibTorchDenseConvolution : public Convolution {
 public:
  LibTorchDenseConvolution(const Geometry& g, at::Device device)
      : places_(g.batch * g.out_side * g.out_side),
        out_channels_(g.out_channels),
        on_gpu_(device.is_cuda()),
        weight_gradient_(places_, out_channels_, g.in_channels * g.receptive_field * g.receptive_field, device),
        bias_gradient_(places_, out_channels_, device) {}

  std::string name() const override { return on_gpu_ ? "cuBLAS products" : "LibTorch products"; }

  void forward(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
               at::Tensor& output) override {
    at::Tensor result = matrix(output, places_);
    at::addmm_out(result, bias, matrix(input, places_), matrix(weight, out_channels_).t());
  }

  void parameter_gradient(const at::Tensor& input, const at::Tensor&, const at::Tensor& output_gradient,
                          ParameterGradient& gradient) override {
    at::Tensor result = matrix(gradient.weight, out_channels_);
    const at::Tensor rows = matrix(output_gradient, places_);
    weight_gradient_.run(rows, matrix(input, places_), result);
    bias_gradient_.run(rows, gradient.bias);
  }

  void input_gradient(const at::Tensor& output_gradient, const at::Tensor& weight, at::Tensor& input) override {
    at::Tensor result = matrix(input, places_);
    at::mm_out(result, matrix(output_gradient, places_), matrix(weight, out_channels_));
  }

 private:
  std::int64_t places_, out_channels_;
  bool on_gpu_;
  RowProduct weight_gradient_;
  RowSum bias_gradient_;
};

}  // namespace

std::unique_ptr<Convolution> make_libtorch_dense_convolution(const Geometry& geometry, at::Device device,
                                                             at::ScalarType) {
  if (!is_one_product(geometry)) return nullptr;
  return std::make_unique<LibTorchDenseConvolution>(geometry, device);
}

}  // namespace elubench::convolution
