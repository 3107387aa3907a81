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

// Of a pass's products, so many for each pair of channels, with an operand of so many tiles.
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
        forward_(make_pass(*transforms_, g_.out_side, true, forward_shape)),
        // Workers would each want sums of their own, which fill the caches: measured slower.
        weight_gradient_(make_pass(*gradient_transforms_, g_.out_side, false, weight_gradient_shape)),
        input_gradient_(make_pass(*gradient_transforms_, g_.in_side, true, input_gradient_shape)),
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
    transform_weight(*transforms_, weight, false);
    forward_.for_each_chunk(operands(), [&](const WinogradChunk& chunk) {
      transforms_->transform_input(images(*transforms_, input, chunk, g_.padding_begin, g_.out_side), chunk.tiles,
                                   factor(chunk.in));
      chunk.product.run(chunk.in, weights(), nullptr, chunk.out);
      transforms_->transform_output(chunk.out, chunk.tiles, bias.const_data_ptr(),
                                    images(*transforms_, output, chunk, 0, g_.out_side));
    });
  }

  void parameter_gradient(const at::Tensor& input, const at::Tensor&, const at::Tensor& output_gradient,
                          ParameterGradient& gradient) override {
    parallel_for(0, weight_memory(), 1 << 16, [this](std::int64_t begin, std::int64_t end) {
      std::fill(weights() + begin, weights() + end, 0.0f);
    });
    gradient.bias.zero_();
    const WinogradTransforms& transforms = *gradient_transforms_;
    weight_gradient_.for_each_chunk(operands(), [&](const WinogradChunk& chunk) {
      const auto out = images(transforms, output_gradient, chunk, 0, g_.out_side);
      transforms.transform_output_gradient(out, chunk.tiles, factor(chunk.out));
      add_pixels(out, chunk.images, gradient.bias.data_ptr<float>());
      transforms.transform_input(images(transforms, input, chunk, g_.padding_begin, g_.out_side), chunk.tiles,
                                 factor(chunk.in));
      chunk.product.run(chunk.out, chunk.in, nullptr, weights());
    });
    transforms.transform_weight_gradient(weights(), g_.out_channels, g_.in_channels,
                                         gradient.weight.data_ptr<float>());
  }

  // A convolution of the output's gradient with the weights turned by half a turn.
  void input_gradient(const at::Tensor& output_gradient, const at::Tensor& weight, at::Tensor& input) override {
    const WinogradTransforms& transforms = *gradient_transforms_;
    const std::int64_t padding = g_.receptive_field - 1 - g_.padding_begin;
    transform_weight(transforms, weight, true);
    input_gradient_.for_each_chunk(operands(), [&](const WinogradChunk& chunk) {
      transforms.transform_input(images(transforms, output_gradient, chunk, padding, g_.in_side), chunk.tiles,
                                 factor(chunk.out));
      chunk.product.run(chunk.out, weights(), nullptr, chunk.in);
      transforms.transform_output(chunk.in, chunk.tiles, nullptr, images(transforms, input, chunk, 0, g_.in_side));
    });
  }

 private:
  // tiled_side: of the images that the tiles cover without padding.
  WinogradPass make_pass(const WinogradTransforms& transforms, std::int64_t tiled_side, bool may_work_apart,
                         ShapeOf shape_of) const {
    const WinogradTiling tiling{g_.batch, transforms.tile().tiles(tiled_side), products(transforms),
                                g_.in_channels, g_.out_channels};
    const std::int64_t workers = may_work_apart && pays_to_work_apart(tiling) ? thread_count() : 1;
    return {tiling, workers, [&](std::int64_t tiles) { return shape_of(g_, tiling.products, factors_, tiles); }};
  }

  std::int64_t products(const WinogradTransforms& transforms) const {
    return transforms.tile().products(g_.receptive_field);
  }

  // Every thread then reads all of the weights' operand, for enough tiles of its own. Measured on two threads, in
  // bfloat16: where cores have no cache in common a tenth faster, else even. In float32, with weights twice as
  // large, it is no gain; and chunks of many threads would fill a cache that they share.
  bool pays_to_work_apart(const WinogradTiling& tiling) const {
    constexpr std::int64_t least_tiles = 256;
    constexpr int most_threads = 4;
    const int threads = thread_count();
    return factors_ == kernel::Element::bf16 && threads > 1 && threads <= most_threads &&
           g_.batch / threads * tiling.tiles_of_image >= least_tiles;
  }

  std::string algorithm(const WinogradTile& tile) const {
    const std::string r = std::to_string(g_.receptive_field);
    return "F(" + std::to_string(tile.rows) + "x" + std::to_string(tile.columns) + ", " + r + "x" + r + ")";
  }

  // In the workspace lie the operand of the weights, or of their gradient, and behind it those of chunks.
  std::int64_t weight_memory() const {
    const std::int64_t most = std::max(products(*transforms_), products(*gradient_transforms_));
    return operand_numbers(most, g_.out_channels, g_.in_channels);
  }

  float* weights() const { return workspace_->data(); }
  float* operands() const { return weights() + weight_memory(); }
  kernel::Buffer factor(float* operand) const { return {operand, factors_, kernel::Device::cpu}; }

  void transform_weight(const WinogradTransforms& transforms, const at::Tensor& weight, bool turned) const {
    transforms.transform_weight(kernel::buffer_of(weight), g_.out_channels, g_.in_channels, turned,
                                factor(weights()));
  }

  // tiled_side: as in make_pass().
  static WinogradTransforms::Images images(const WinogradTransforms& transforms, const at::Tensor& tensor,
                                           const WinogradChunk& chunk, std::int64_t padding,
                                           std::int64_t tiled_side) {
    const WinogradTile tile = transforms.tile();
    return {.data = kernel::buffer_of(tensor.narrow(0, chunk.first_image, chunk.images)),
            .side = tensor.size(2),
            .channels = tensor.size(1),
            .padding = padding,
            .tiles_down = tile.tiles_down(tiled_side),
            .tiles_across = tile.tiles_across(tiled_side)};
  }

  Geometry g_;
  kernel::Element factors_;
  std::unique_ptr<WinogradTransforms> transforms_, gradient_transforms_;
  WinogradPass forward_, weight_gradient_, input_gradient_;
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
