// Convolutions as matrix products with the patches of the input. A patch ends with a one, whose weight is the
// bias: then the products add the bias, and sum its gradient, too.
#include <ATen/Functions.h>

#include "convolution/convolution.h"
#include "convolution/matrix_view.h"
#include "convolution/row_product.h"
#include "kernel/patches.h"
#include "kernel/tensor_buffer.h"

namespace elubench::convolution {
namespace {

using kernel::buffer_of;

class LibTorchPatchConvolution : public Convolution {
 public:
  LibTorchPatchConvolution(const Geometry& g, at::Device device, at::ScalarType element)
      : patch_{g.batch, g.in_side, g.in_channels, g.out_side, g.out_channels, g.receptive_field, g.padding_begin},
        patches_(at::zeros({patch_.rows(), patch_.row_length()}, at::TensorOptions(element).device(device))),
        weights_(at::zeros({patch_.out_channels, patch_.row_length()}, patches_.options())),
        weight_gradient_(patch_.rows(), patch_.out_channels, patch_.row_length(), device) {}

  std::string name() const override {
    return patches_.is_cuda() ? "cuBLAS products of patches" : "LibTorch products of patches";
  }

  void forward(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
               at::Tensor& output) override {
    kernel::gather_weights(patch_, buffer_of(weight), buffer_of(bias), buffer_of(weights_));
    kernel::gather_patches(patch_, buffer_of(input), buffer_of(patches_));
    at::Tensor result = matrix(output, patch_.rows());
    at::mm_out(result, patches_, weights_.t());
  }

  void parameter_gradient(const at::Tensor&, const at::Tensor&, const at::Tensor& output_gradient,
                          ParameterGradient& gradient) override {
    const at::Tensor& sums = weight_gradient_.parts(matrix(output_gradient, patch_.rows()), patches_);
    kernel::add_weights(patch_, sums.size(0), buffer_of(sums), gradient.weight.mutable_data_ptr<float>(),
                        gradient.bias.mutable_data_ptr<float>());
  }

  void input_gradient(const at::Tensor& output_gradient, const at::Tensor&, at::Tensor& input) override {
    // Each pixel is a sum over patches, to be rounded once.
    if (!patch_gradient_.defined()) patch_gradient_ = at::empty_like(patches_, at::kFloat);
    multiply(matrix(output_gradient, patch_.rows()), weights_, patch_gradient_);
    kernel::add_patches(patch_, buffer_of(patch_gradient_), buffer_of(input));
  }

 private:
  kernel::PatchGeometry patch_;
  at::Tensor patches_;         // of what forward() was given
  at::Tensor weights_;         // rows as long as those of the patches
  at::Tensor patch_gradient_;  // undefined until it is asked for: a first layer's never is
  RowProduct weight_gradient_;
};

}  // namespace

std::unique_ptr<Convolution> make_libtorch_patch_convolution(const Geometry& geometry, at::Device device,
                                                             at::ScalarType element) {
  return std::make_unique<LibTorchPatchConvolution>(geometry, device, element);
}

}  // namespace elubench::convolution
