// Two-dimensional convolution with stride 1, forward and backward into buffers that the caller planned.
//
// Images are stored channels last. Tensors here are LibTorch's view of that memory: sizes (N, C, H, W) with
// channels-last strides; weights (O, I, H, W), likewise.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>

namespace elubench::convolution {

struct Geometry {
  std::int64_t batch;
  std::int64_t in_channels, in_side;
  std::int64_t out_channels, out_side;
  std::int64_t receptive_field;
  std::int64_t padding_begin, padding_end;  // zero rows above and columns to the left; below and to the right
};

class Convolution {
 public:
  virtual ~Convolution() = default;

  // output = input * weight + bias. All of one element type.
  virtual void forward(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                       at::Tensor& output) = 0;

  struct Gradients {
    at::Tensor weight;  // float32, overwritten
    at::Tensor bias;    // float32, overwritten
    bool input = true;  // whether the input's gradient is wanted
  };

  // From the gradient of the output, after forward() of the same input. If wanted, the input's gradient overwrites
  // the input.
  virtual void backward(at::Tensor& input, const at::Tensor& weight, const at::Tensor& output_gradient,
                        Gradients& gradients) = 0;
};

// LibTorch's convolutions: the reference, and the way for every device.
std::unique_ptr<Convolution> make_libtorch_convolution(const Geometry& geometry, at::Device device,
                                                       at::ScalarType element);

}  // namespace elubench::convolution
