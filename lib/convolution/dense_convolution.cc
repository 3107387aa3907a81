// Convolutions that are one matrix product, by oneDNN's products.
#include <ATen/Functions.h>

#include "convolution/convolution.h"
#include "convolution/onednn_product.h"
#include "kernel/tensor_buffer.h"

namespace elubench::convolution {
namespace {

class DenseConvolution : public Convolution {
 public:
  DenseConvolution(const Geometry& g, kernel::Element element) {
    const std::int64_t rows = g.batch * g.out_side * g.out_side;
    const std::int64_t inner = g.in_channels * g.receptive_field * g.receptive_field;
    const std::int64_t out = g.out_channels;
    using Shape = ProductShape;
    forward_ = make_onednn_product(Shape{.batch = 1,
                                         .rows = rows,
                                         .inner = inner,
                                         .columns = out,
                                         .second_transposed = true,
                                         .element = element,
                                         .result = element,
                                         .bias = true});
    input_gradient_ = make_onednn_product(
        Shape{.batch = 1, .rows = rows, .inner = out, .columns = inner, .element = element, .result = element});
    weight_gradient_ = make_onednn_product(Shape{
        .batch = 1, .rows = out, .inner = rows, .columns = inner, .first_transposed = true, .element = element});
  }

  bool possible() const { return forward_ && input_gradient_ && weight_gradient_; }

  std::string name() const override { return onednn_version() + " products"; }

  void forward(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
               at::Tensor& output) override {
    forward_->run(input.const_data_ptr(), weight.const_data_ptr(), bias.const_data_ptr(),
                  output.mutable_data_ptr());
  }

  void parameter_gradient(const at::Tensor& input, const at::Tensor&, const at::Tensor& output_gradient,
                          ParameterGradient& gradient) override {
    weight_gradient_->run(output_gradient.const_data_ptr(), input.const_data_ptr(), nullptr,
                          gradient.weight.mutable_data_ptr());
    at::sum_out(gradient.bias, output_gradient, {0, 2, 3}, false, at::kFloat);
  }

  void input_gradient(const at::Tensor& output_gradient, const at::Tensor& weight, at::Tensor& input) override {
    input_gradient_->run(output_gradient.const_data_ptr(), weight.const_data_ptr(), nullptr,
                         input.mutable_data_ptr());
  }

 private:
  std::unique_ptr<MatrixProduct> forward_, input_gradient_, weight_gradient_;
};

}  // namespace

std::unique_ptr<Convolution> make_dense_convolution(const Geometry& g, at::Device device, at::ScalarType element) {
  if (!device.is_cpu() || !is_one_product(g)) return nullptr;
  if (element != at::kFloat && element != at::kBFloat16) return nullptr;
  auto dense = std::make_unique<DenseConvolution>(g, kernel::element_of(element));
  if (!dense->possible()) return nullptr;
  return dense;
}

}  // namespace elubench::convolution
