// Two-dimensional convolution with stride 1, forward and backward into buffers that the caller planned.
//
// Images are stored channels last. Tensors here are LibTorch's view of that memory: sizes (N, C, H, W) with
// channels-last strides; weights (O, I, H, W), likewise.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

#include "convolution/engine.h"
#include "convolution/geometry.h"
#include "convolution/winograd_choice.h"
#include "convolution/workspace.h"

namespace elubench::convolution {

struct ParameterGradient {
  at::Tensor weight, bias;
};

// What an implementation rounds beside what a direct convolution with sums in float32 does.
struct Rounding {
  double of_float32 = 1;              // times as much, of images in float32
  double outputs = 0, gradients = 0;  // relative errors, of factors rounded to bfloat16; 0 where none are
};

class Convolution {
 public:
  virtual ~Convolution() = default;

  // For records: "Winograd F(4x4, 3x3)", "Winograd F(2x2, 3x3) with gradients F(4x4, 3x3) in bfloat16",
  // "oneDNN 3.2.0", "oneDNN 3.2.0 products", "LibTorch", "cuDNN 9.19.0", "cuBLAS products", "cuBLAS products of
  // patches"; oneDNN's also "... with AMX weight gradients"; a processor's "... in float32" of bfloat16.
  virtual std::string name() const = 0;

  // For whoever checks results.
  virtual Rounding rounding() const { return {}; }

  // output = input * weight + bias. All of one element type.
  virtual void forward(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                       at::Tensor& output) = 0;

  // From the gradient of the output, after forward() of the same input. Overwrites `gradient`, which is float32.
  virtual void parameter_gradient(const at::Tensor& input, const at::Tensor& weight,
                                  const at::Tensor& output_gradient, ParameterGradient& gradient) = 0;

  // Overwrites `input`, which holds what forward() was given, with its gradient; last of the three, of the same
  // weight.
  virtual void input_gradient(const at::Tensor& output_gradient, const at::Tensor& weight, at::Tensor& input) = 0;
};

// LibTorch's convolutions: the reference, and the way for every device.
std::unique_ptr<Convolution> make_libtorch_convolution(const Geometry& geometry, at::Device device,
                                                       at::ScalarType element);

// oneDNN's; nothing where this build, device or processor has none (see onednn_primitives.h).
std::unique_ptr<Convolution> make_onednn_convolution(const Geometry& geometry, at::Device device,
                                                     at::ScalarType element);

// oneDNN's, with a convolution for each thread, of images that it alone reads and writes; the gradients of the
// weights that each finds are added up. Nothing where oneDNN has none, for one thread, and for fewer images than
// threads.
std::unique_ptr<Convolution> make_apart_convolution(const Geometry& geometry, at::Device device,
                                                    at::ScalarType element);

// How many times as much as a direct convolution Winograd's may round in float32 (see cook_toom_test.cc).
inline constexpr double winograd_rounding = 5;

// How far results of Winograd's with factors in bfloat16 may lie from the exact ones, relative to the norm that
// these have where the signs of all numbers are random: twice as far as they do, or more. Each factor, a sum of
// numbers, is rounded (0.35 to 0.48 % for the tiles that outputs have, and for those of 4x4 that gradients may
// have 0.66 % with two taps, 1.1 % with three: winograd_transforms_test.cc), and so is the result (0.17 %); more,
// where a tile's corner with the most rounding is all that lies inside of an image.
inline constexpr double bf16_winograd_error = 0.01, bf16_winograd_gradient_error = 0.03;

// By Winograd's minimal filtering, which rounds more than a direct convolution (above); nothing on other devices,
// where no transform is compiled for the form, and where there are no products with such factors.
std::unique_ptr<Convolution> make_winograd_convolution(const Geometry& geometry, at::Device device,
                                                       at::ScalarType element, const WinogradForm& form,
                                                       std::shared_ptr<Workspace> workspace);

// As one matrix product of oneDNN's; nothing where there is none, and where it is not one (is_one_product).
std::unique_ptr<Convolution> make_dense_convolution(const Geometry& geometry, at::Device device,
                                                    at::ScalarType element);

// Of bfloat16 images and weights by a convolution in float32, into which they are widened; what comes out is
// rounded once. For processors that do not multiply bfloat16 faster; nothing for other devices and elements.
std::unique_ptr<Convolution> make_widened_convolution(const Geometry& geometry, at::Device device,
                                                      at::ScalarType element,
                                                      std::shared_ptr<Workspace> workspace);

// Without the weights that meet nothing but padding (seen_taps), as of a receptive field of 2 on one pixel: their
// gradients are 0. By the engine asked for, without these. Nothing where all meet pixels, and on other devices.
std::unique_ptr<Convolution> make_trimmed_convolution(Engine engine, const Geometry& geometry, at::Device device,
                                                      at::ScalarType element,
                                                      std::shared_ptr<Workspace> workspace);

// As one matrix product of LibTorch's; nothing where it is not one.
std::unique_ptr<Convolution> make_libtorch_dense_convolution(const Geometry& geometry, at::Device device,
                                                             at::ScalarType element);

// As matrix products of LibTorch's with what every place of the output sees (im2col), which is kept in memory.
std::unique_ptr<Convolution> make_libtorch_patch_convolution(const Geometry& geometry, at::Device device,
                                                             at::ScalarType element);

// `rest`, with the gradients of weight and bias computed on the processor's matrix unit (Intel's AMX) in bfloat16;
// `rest` itself where that cannot be.
std::unique_ptr<Convolution> with_amx_weight_gradients(const Geometry& geometry, at::ScalarType element,
                                                       std::unique_ptr<Convolution> rest);

// By the engine asked for. Throws UsageError where it is not to be had. Those of a network may share a workspace.
std::unique_ptr<Convolution> make_convolution(
    Engine engine, const Geometry& geometry, at::Device device, at::ScalarType element,
    std::shared_ptr<Workspace> workspace = std::make_shared<Workspace>());

}  // namespace elubench::convolution
