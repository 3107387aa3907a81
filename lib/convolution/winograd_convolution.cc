#include <ATen/Functions.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "convolution/batched_product.h"
#include "convolution/convolution.h"
#include "convolution/winograd_choice.h"
#include "convolution/winograd_transforms.h"
#include "kernel/tensor_buffer.h"

namespace elubench::convolution {
namespace {

// Operands of so many bytes at a time: they stay in a processor's last cache between their making and their use.
constexpr std::int64_t chunk_bytes = std::int64_t{8} << 20;

std::int64_t tiles_of(std::int64_t side, std::int64_t outputs) { return (side + outputs - 1) / outputs; }

// The products of a pass, for as many tiles as come: a full chunk's, and the last one's.
class Products {
 public:
  using ShapeOf = std::function<ProductShape(std::int64_t tiles)>;
  explicit Products(ShapeOf shape_of) : shape_of_(std::move(shape_of)) {}

  void run(std::int64_t tiles, const at::Tensor& first, const at::Tensor& second, at::Tensor& result) {
    auto& product = made_[tiles];
    if (!product) product = make_batched_product(shape_of_(tiles));
    product->run(first.const_data_ptr(), second.const_data_ptr(), nullptr, result.mutable_data_ptr());
  }

 private:
  ShapeOf shape_of_;
  std::map<std::int64_t, std::unique_ptr<MatrixProduct>> made_;
};

class WinogradConvolution : public Convolution {
 public:
  WinogradConvolution(const Geometry& geometry, std::unique_ptr<WinogradTransforms> transforms)
      : g_(geometry),
        transforms_(std::move(transforms)),
        forward_products_([this](std::int64_t tiles) { return forward_shape(tiles); }),
        input_products_([this](std::int64_t tiles) { return input_gradient_shape(tiles); }),
        weight_products_([this](std::int64_t tiles) { return weight_gradient_shape(tiles); }) {
    const std::int64_t n = transforms_->products();
    weights_ = at::empty({n * operand_plane(g_.out_channels, g_.in_channels)}, at::kFloat);
    const std::int64_t tiles = std::max(tiles_of_image(g_.out_side), tiles_of_image(g_.in_side));
    const std::int64_t image_bytes = n * tiles * (g_.in_channels + g_.out_channels) * std::int64_t{sizeof(float)};
    images_at_once_ = std::clamp<std::int64_t>(chunk_bytes / image_bytes, 1, std::max<std::int64_t>(g_.batch, 1));
    in_operand_ = at::empty({n * operand_plane(tiles * images_at_once_, g_.in_channels)}, at::kFloat);
    out_operand_ = at::empty({n * operand_plane(tiles * images_at_once_, g_.out_channels)}, at::kFloat);
  }

  std::string name() const override {
    const std::string m = std::to_string(transforms_->outputs()), r = std::to_string(g_.receptive_field);
    return "Winograd F(" + m + "x" + m + ", " + r + "x" + r + ")";
  }

  void forward(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
               at::Tensor& output) override {
    transform_weight(weight, false);
    for_each_chunk([&](std::int64_t first, std::int64_t count) {
      const auto x = images(input, first, count, g_.padding_begin, g_.out_side);
      const auto y = images(output, first, count, 0, g_.out_side);
      const std::int64_t tiles = count * tiles_of_image(g_.out_side);
      transforms_->transform_input(x, tiles, in_operand_.data_ptr<float>());
      forward_products_.run(tiles, in_operand_, weights_, out_operand_);
      transforms_->transform_output(out_operand_.const_data_ptr<float>(), tiles, bias.const_data_ptr(), y);
    });
  }

  void parameter_gradient(const at::Tensor& input, const at::Tensor&, const at::Tensor& output_gradient,
                          ParameterGradient& gradient) override {
    weights_.zero_();
    gradient.bias.zero_();
    for_each_chunk([&](std::int64_t first, std::int64_t count) {
      const std::int64_t tiles = count * tiles_of_image(g_.out_side);
      transforms_->transform_input(images(input, first, count, g_.padding_begin, g_.out_side), tiles,
                                   in_operand_.data_ptr<float>());
      transforms_->transform_output_gradient(images(output_gradient, first, count, 0, g_.out_side), tiles,
                                             out_operand_.data_ptr<float>());
      weight_products_.run(tiles, out_operand_, in_operand_, weights_);
      gradient.bias.add_(sums_of_tiles(tiles).sum(0));
    });
    transforms_->transform_weight_gradient(weights_.const_data_ptr<float>(), g_.out_channels, g_.in_channels,
                                           gradient.weight.data_ptr<float>());
  }

  // A convolution of the output's gradient with the weights turned by half a turn.
  void input_gradient(const at::Tensor& output_gradient, const at::Tensor& weight, at::Tensor& input) override {
    transform_weight(weight, true);
    const std::int64_t padding = g_.receptive_field - 1 - g_.padding_begin;
    for_each_chunk([&](std::int64_t first, std::int64_t count) {
      const std::int64_t tiles = count * tiles_of_image(g_.in_side);
      transforms_->transform_input(images(output_gradient, first, count, padding, g_.in_side), tiles,
                                   out_operand_.data_ptr<float>());
      input_products_.run(tiles, out_operand_, weights_, in_operand_);
      transforms_->transform_output(in_operand_.const_data_ptr<float>(), tiles, nullptr,
                                    images(input, first, count, 0, g_.in_side));
    });
  }

 private:
  std::int64_t tiles_of_image(std::int64_t side) const {
    const std::int64_t tiles = tiles_of(side, transforms_->outputs());
    return tiles * tiles;
  }

  void transform_weight(const at::Tensor& weight, bool turned) {
    transforms_->transform_weight(kernel::buffer_of(weight), g_.out_channels, g_.in_channels, turned,
                                  weights_.data_ptr<float>());
  }

  // Calls body(first image, count of images).
  template <class Body>
  void for_each_chunk(const Body& body) const {
    for (std::int64_t first = 0; first < g_.batch; first += images_at_once_) {
      body(first, std::min(images_at_once_, g_.batch - first));
    }
  }

  // tiled_side: of the images that the tiles cover without padding.
  WinogradTransforms::Images images(const at::Tensor& tensor, std::int64_t first, std::int64_t count,
                                    std::int64_t padding, std::int64_t tiled_side) const {
    return {kernel::buffer_of(tensor.narrow(0, first, count)), tensor.size(2), tensor.size(1), padding,
            tiles_of(tiled_side, transforms_->outputs())};
  }

  ProductShape forward_shape(std::int64_t tiles) const {
    return {.batch = transforms_->products(),
            .rows = tiles,
            .inner = g_.in_channels,
            .columns = g_.out_channels,
            .second_transposed = true,
            .first_stride = operand_plane(tiles, g_.in_channels),
            .second_stride = operand_plane(g_.out_channels, g_.in_channels),
            .result_stride = operand_plane(tiles, g_.out_channels)};
  }

  ProductShape input_gradient_shape(std::int64_t tiles) const {
    return {.batch = transforms_->products(),
            .rows = tiles,
            .inner = g_.out_channels,
            .columns = g_.in_channels,
            .first_stride = operand_plane(tiles, g_.out_channels),
            .second_stride = operand_plane(g_.out_channels, g_.in_channels),
            .result_stride = operand_plane(tiles, g_.in_channels)};
  }

  ProductShape weight_gradient_shape(std::int64_t tiles) const {
    return {.batch = transforms_->products(),
            .rows = g_.out_channels,
            .inner = tiles,
            .columns = g_.in_channels,
            .first_transposed = true,
            .first_stride = operand_plane(tiles, g_.out_channels),
            .second_stride = operand_plane(tiles, g_.in_channels),
            .result_stride = operand_plane(g_.out_channels, g_.in_channels),
            .adds_up = true};
  }

  // (tiles, output channels): of the output's gradient, from its transform.
  at::Tensor sums_of_tiles(std::int64_t tiles) const {
    const std::int64_t first = transforms_->product_of_sums() * operand_plane(tiles, g_.out_channels);
    return out_operand_.narrow(0, first, tiles * g_.out_channels).view({tiles, g_.out_channels});
  }

  Geometry g_;
  std::unique_ptr<WinogradTransforms> transforms_;
  Products forward_products_, input_products_, weight_products_;
  at::Tensor weights_;  // operand of the weights, or of their gradient
  at::Tensor in_operand_, out_operand_;
  std::int64_t images_at_once_;
};

}  // namespace

std::unique_ptr<Convolution> make_winograd_convolution(const Geometry& geometry, at::Device device,
                                                       at::ScalarType element) {
  if (!device.is_cpu() || (element != at::kFloat && element != at::kBFloat16)) return nullptr;
  auto transforms = make_winograd_transforms(winograd_outputs(geometry), geometry.receptive_field);
  if (!transforms) return nullptr;
  return std::make_unique<WinogradConvolution>(geometry, std::move(transforms));
}

}  // namespace elubench::convolution
