// oneDNN's convolutions on plain memory. This header hides oneDNN: LibTorch has another version's headers among
// its own, so no file may include both.
#pragma once

#include <memory>
#include <string>

#include "convolution/geometry.h"
#include "kernel/buffer.h"

namespace elubench::convolution {

// Images are (N, H, W, C), weights (O, H, W, I), biases (O), all of one element type but for the gradients of
// weight and bias, which are float32. The primitives are made once; a call allocates nothing that grows with the
// images.
class OneDnnPrimitives {
 public:
  virtual ~OneDnnPrimitives() = default;
  virtual void forward(const void* input, const void* weight, const void* bias, void* output) = 0;
  virtual void parameter_gradient(const void* input, const void* output_gradient, float* weight_gradient,
                                  float* bias_gradient) = 0;
  virtual void input_gradient(const void* output_gradient, const void* weight, void* input_gradient) = 0;
};

// Nothing where the build has no oneDNN, or the processor no instructions for the element type: oneDNN then
// refuses, or computes with a reference implementation that is slower than LibTorch's.
std::unique_ptr<OneDnnPrimitives> make_onednn_primitives(const Geometry& geometry, kernel::Element element);

// "oneDNN 3.2.0"; empty where the build has none.
std::string onednn_version();

}  // namespace elubench::convolution
