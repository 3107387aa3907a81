#include <ATen/Functions.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/parallel.h"
#include "convolution/convolution.h"
#include "convolution/winograd_pass.h"
#include "convolution/winograd_transforms.h"
#include "kernel/tensor_buffer.h"

namespace elubench::convolution {
namespace {

// Of so many products for each pair of channels, with an operand of so many tiles.
using ShapeOf = ProductShape (*)(const Geometry& g, std::int64_t products, kernel::Element factors,
                                 std::int64_t tiles);

ProductShape forward_shape(const Geometry& g, std::int64_t products, kernel::Element factors, std::int64_t tiles) {
  return {.batch = products,
          .rows = tiles,
          .inner = g.in_channels,
          .columns = g.out_channels,
          .second_transposed = true,
          .element = factors,
          .first_stride = operand_plane(tiles, g.in_channels),
          .second_stride = operand_plane(g.out_channels, g.in_channels),
          .result_stride = operand_plane(tiles, g.out_channels)};
}

ProductShape weight_gradient_shape(const Geometry& g, std::int64_t products, kernel::Element factors,
                                   std::int64_t tiles) {
  return {.batch = products,
          .rows = g.out_channels,
          .inner = tiles,
          .columns = g.in_channels,
          .first_transposed = true,
          .element = factors,
          .first_stride = operand_plane(tiles, g.out_channels),
          .second_stride = operand_plane(tiles, g.in_channels),
          .result_stride = operand_plane(g.out_channels, g.in_channels),
          .adds_up = true};
}

ProductShape input_gradient_shape(const Geometry& g, std::int64_t products, kernel::Element factors,
                                  std::int64_t tiles) {
  return {.batch = products,
          .rows = tiles,
          .inner = g.out_channels,
          .columns = g.in_channels,
          .element = factors,
          .first_stride = operand_plane(tiles, g.out_channels),
          .second_stride = operand_plane(g.out_channels, g.in_channels),
          .result_stride = operand_plane(tiles, g.in_channels)};
}

class WinogradConvolution : public Convolution {
 public:
  WinogradConvolution(const Geometry& geometry, const WinogradForm& form,
                      std::unique_ptr<WinogradTransforms> transforms,
                      std::unique_ptr<WinogradTransforms> gradient_transforms,
                      std::shared_ptr<Workspace> workspace)
      : g_(geometry),
        factors_(form.bf16_factors ? kernel::Element::bf16 : kernel::Element::f32),
        transforms_(std::move(transforms)),
        gradient_transforms_(std::move(gradient_transforms)),
        forward_(make_pass(*transforms_, g_.out_side, forward_shape)),
        weight_gradient_(make_weight_gradient_pass()),
        input_gradient_(make_pass(*gradient_transforms_, g_.in_side, input_gradient_shape)),
        forward_weights_(at::empty({operand_numbers(products(*transforms_), g_.out_channels, g_.in_channels)},
                                   factors_ == kernel::Element::bf16 ? at::kBFloat16 : at::kFloat)),
        workspace_(std::move(workspace)) {}

  bool possible() const {
    return forward_.possible() && weight_gradient_.possible() && input_gradient_.possible();
  }

  void reserve_memory() {
    const std::int64_t passes = std::max({forward_.memory(), weight_gradient_.memory(), input_gradient_.memory()});
    workspace_->reserve(weight_memory() + passes);
  }

  std::string name() const override {
    const WinogradTile outputs = transforms_->tile(), of_gradients = gradient_transforms_->tile();
    const std::string gradients = outputs == of_gradients ? "" : " with gradients " + algorithm(of_gradients);
    const std::string factors = factors_ == kernel::Element::bf16 ? " in bfloat16" : "";
    return "Winograd " + algorithm(outputs) + gradients + factors;
  }

  Rounding rounding() const override {
    if (factors_ == kernel::Element::f32) return {.of_float32 = winograd_rounding};
    const bool coarse = gradient_transforms_->tile() == tile_4x4;
    return {.outputs = bf16_winograd_error,
            .gradients = coarse ? bf16_winograd_gradient_error : bf16_winograd_error};
  }

  void forward(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
               at::Tensor& output) override {
    transforms_->transform_weight(kernel::buffer_of(weight), g_.out_channels, g_.in_channels, false,
                                  kernel::buffer_of(forward_weights_));
    forward_.for_each_chunk(operands(), [&](const WinogradChunk& chunk) {
      transforms_->transform_input(images(*transforms_, input, chunk, g_.padding_begin, g_.out_side), chunk.tiles,
                                   chunk.products, factor(chunk.in));
      chunk.product.run(chunk.in, forward_weights_.const_data_ptr(), nullptr, chunk.out);
      transforms_->transform_output(chunk.out, chunk.tiles, bias.const_data_ptr(),
                                    images(*transforms_, output, chunk, 0, g_.out_side));
    });
  }

  void parameter_gradient(const at::Tensor& input, const at::Tensor&, const at::Tensor& output_gradient,
                          ParameterGradient& gradient) override {
    const WinogradTransforms& transforms = *gradient_transforms_;
    gradient.bias.zero_();
    add_pixels(images_of(transforms, output_gradient, 0, g_.out_side), g_.batch, gradient.bias.data_ptr<float>());
    weight_gradient_.for_each_chunk(operands(), [&](const WinogradChunk& chunk) {
      transforms.transform_output_gradient(images(transforms, output_gradient, chunk, 0, g_.out_side), chunk.tiles,
                                           chunk.products, factor(chunk.out));
      transforms.transform_input(images(transforms, input, chunk, g_.padding_begin, g_.out_side), chunk.tiles,
                                 chunk.products, factor(chunk.in));
      chunk.product.run(chunk.out, chunk.in, nullptr,
                        weights() + chunk.products.first * operand_plane(g_.out_channels, g_.in_channels));
    });
    transforms.transform_weight_gradient(weights(), g_.out_channels, g_.in_channels,
                                         gradient.weight.data_ptr<float>());
  }

  // A convolution of the output's gradient with the weights turned by half a turn.
  void input_gradient(const at::Tensor& output_gradient, const at::Tensor& weight, at::Tensor& input) override {
    const WinogradTransforms& transforms = *gradient_transforms_;
    const std::int64_t padding = g_.receptive_field - 1 - g_.padding_begin;
    transforms.transform_weight(kernel::buffer_of(weight), g_.out_channels, g_.in_channels, true,
                                factor(weights()));
    input_gradient_.for_each_chunk(operands(), [&](const WinogradChunk& chunk) {
      transforms.transform_input(images(transforms, output_gradient, chunk, padding, g_.in_side), chunk.tiles,
                                 chunk.products, factor(chunk.out));
      chunk.product.run(chunk.out, weights(), nullptr, chunk.in);
      transforms.transform_output(chunk.in, chunk.tiles, nullptr, images(transforms, input, chunk, 0, g_.in_side));
    });
  }

 private:
  // tiled_side: of the images that the tiles cover without padding.
  WinogradPass make_pass(const WinogradTransforms& transforms, std::int64_t tiled_side, ShapeOf shape_of) const {
    const WinogradTiling tiling = tiling_of(transforms, tiled_side);
    const WinogradShares shares{.images = pays_to_share_out_images(tiling) ? thread_count() : 1};
    return {tiling, shares, shape_of_this(shape_of)};
  }

  // Every thread then transforms all images, but only into the whole rows of products that it makes and adds up.
  // Measured on two threads, conv3 of elu11, backwards: 44 ms become 39 where cores have no cache in common, else
  // even.
  WinogradPass make_weight_gradient_pass() const {
    const std::int64_t rows = gradient_transforms_->tile().product_rows(g_.receptive_field);
    const WinogradShares shares{.products = few_threads() && rows % thread_count() == 0 ? thread_count() : 1};
    return {tiling_of(*gradient_transforms_, g_.out_side), shares, shape_of_this(weight_gradient_shape)};
  }

  WinogradTiling tiling_of(const WinogradTransforms& transforms, std::int64_t tiled_side) const {
    return {g_.batch, transforms.tile().tiles(tiled_side), products(transforms), g_.in_channels, g_.out_channels};
  }

  WinogradPass::ShapeOf shape_of_this(ShapeOf shape_of) const {
    return [this, shape_of](std::int64_t products, std::int64_t tiles) {
      return shape_of(g_, products, factors_, tiles);
    };
  }

  std::int64_t products(const WinogradTransforms& transforms) const {
    return transforms.tile().products(g_.receptive_field);
  }

  // Chunks of many threads would fill a cache that they share.
  static bool few_threads() {
    const int threads = thread_count();
    return threads > 1 && threads <= 4;
  }

  // Every thread then reads all of the weights' operand, for enough tiles of its own. Measured on two threads, in
  // bfloat16: where cores have no cache in common a tenth faster, else even. In float32, with weights twice as
  // large, it is no gain.
  bool pays_to_share_out_images(const WinogradTiling& tiling) const {
    constexpr std::int64_t least_tiles = 256;
    return factors_ == kernel::Element::bf16 && few_threads() &&
           g_.batch / thread_count() * tiling.tiles_of_image >= least_tiles;
  }

  std::string algorithm(const WinogradTile& tile) const {
    const std::string r = std::to_string(g_.receptive_field);
    return "F(" + std::to_string(tile.rows) + "x" + std::to_string(tile.columns) + ", " + r + "x" + r + ")";
  }

  // In the workspace lie, backwards, the operand of the weights or of their gradient, and behind it those of
  // chunks.
  std::int64_t weight_memory() const {
    return operand_numbers(products(*gradient_transforms_), g_.out_channels, g_.in_channels);
  }

  float* weights() const { return workspace_->data(); }
  float* operands() const { return weights() + weight_memory(); }
  kernel::Buffer factor(float* operand) const { return {operand, factors_, kernel::Device::cpu}; }

  // tiled_side: as in make_pass().
  static WinogradTransforms::Images images_of(const WinogradTransforms& transforms, const at::Tensor& tensor,
                                              std::int64_t padding, std::int64_t tiled_side) {
    const WinogradTile tile = transforms.tile();
    return {.data = kernel::buffer_of(tensor),
            .side = tensor.size(2),
            .channels = tensor.size(1),
            .padding = padding,
            .tiles_down = tile.tiles_down(tiled_side),
            .tiles_across = tile.tiles_across(tiled_side)};
  }

  static WinogradTransforms::Images images(const WinogradTransforms& transforms, const at::Tensor& tensor,
                                           const WinogradChunk& chunk, std::int64_t padding,
                                           std::int64_t tiled_side) {
    return images_of(transforms, tensor.narrow(0, chunk.first_image, chunk.images), padding, tiled_side);
  }

  Geometry g_;
  kernel::Element factors_;
  std::unique_ptr<WinogradTransforms> transforms_, gradient_transforms_;
  WinogradPass forward_, weight_gradient_, input_gradient_;
  // Not in the workspace, much of which another core, that shares no cache, may hold: there it took twice the time
  // to write them, and even three times. Backwards they have as many numbers as their gradient, and are too large
  // to be still in a cache when they are written again.
  at::Tensor forward_weights_;
  std::shared_ptr<Workspace> workspace_;
};

}  // namespace

std::unique_ptr<Convolution> make_winograd_convolution(const Geometry& geometry, at::Device device,
                                                       at::ScalarType element, const WinogradForm& form,
                                                       std::shared_ptr<Workspace> workspace) {
  if (!device.is_cpu() || (element != at::kFloat && element != at::kBFloat16)) return nullptr;
  if (form.bf16_factors && element != at::kBFloat16) return nullptr;
  auto transforms = make_winograd_transforms(form.outputs, geometry.receptive_field);
  auto of_gradients = make_winograd_transforms(form.gradients, geometry.receptive_field);
  if (!transforms || !of_gradients) return nullptr;
  auto convolution = std::make_unique<WinogradConvolution>(geometry, form, std::move(transforms),
                                                           std::move(of_gradients), std::move(workspace));
  if (!convolution->possible()) return nullptr;
  convolution->reserve_memory();
  return convolution;
}

}  // namespace elubench::convolution
