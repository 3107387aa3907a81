#include <ATen/Functions.h>

#include <algorithm>
#include <string>
#include <utility>

#include "convolution/batched_product.h"
#include "convolution/convolution.h"
#include "convolution/winograd_transforms.h"
#include "kernel/tensor_buffer.h"

namespace elubench::convolution {
namespace {

// Operands of so many bytes at a time: they stay in a processor's last cache between their making and their use.
constexpr std::int64_t chunk_bytes = std::int64_t{8} << 20;

std::int64_t divided_up(std::int64_t number, std::int64_t divisor) { return (number + divisor - 1) / divisor; }

// Images are worked on so many at a time, and at last those that are left over, if any are.
struct Chunks {
  std::int64_t images, left_over;
};

// The products of a pass over the tiles of a chunk.
class ChunkProducts {
 public:
  // shape_of(images) -> ProductShape
  template <class ShapeOf>
  ChunkProducts(const Chunks& chunks, const ShapeOf& shape_of)
      : chunks_(chunks), product_(make_batched_product(shape_of(chunks.images))) {
    if (chunks.left_over > 0) last_ = make_batched_product(shape_of(chunks.left_over));
  }

  bool possible() const { return product_ && (last_ || chunks_.left_over == 0); }

  void run(std::int64_t images, const at::Tensor& first, const at::Tensor& second, at::Tensor& result) {
    MatrixProduct& product = images == chunks_.images ? *product_ : *last_;
    product.run(first.const_data_ptr(), second.const_data_ptr(), nullptr, result.mutable_data_ptr());
  }

 private:
  Chunks chunks_;
  std::unique_ptr<MatrixProduct> product_, last_;
};

class WinogradConvolution : public Convolution {
 public:
  WinogradConvolution(const Geometry& geometry, std::unique_ptr<WinogradTransforms> transforms,
                      kernel::Element factors)
      : g_(geometry),
        transforms_(std::move(transforms)),
        factors_(factors),
        chunks_(chunks_of_batch()),
        forward_products_(chunks_, [this](std::int64_t images) { return forward_shape(images); }),
        input_products_(chunks_, [this](std::int64_t images) { return input_gradient_shape(images); }),
        weight_products_(chunks_, [this](std::int64_t images) { return weight_gradient_shape(images); }) {
    const std::int64_t n = transforms_->products();
    const std::int64_t tiles = chunks_.images * most_tiles_of_image();
    weights_ = at::empty({n * operand_plane(g_.out_channels, g_.in_channels)}, at::kFloat);
    in_operand_ = at::empty({n * operand_plane(tiles, g_.in_channels)}, at::kFloat);
    out_operand_ = at::empty({n * operand_plane(tiles, g_.out_channels)}, at::kFloat);
  }

  bool possible() const {
    return forward_products_.possible() && input_products_.possible() && weight_products_.possible();
  }

  std::string name() const override {
    const std::string m = std::to_string(transforms_->outputs()), r = std::to_string(g_.receptive_field);
    const std::string factors = factors_ == kernel::Element::bf16 ? " in bfloat16" : "";
    return "Winograd F(" + m + "x" + m + ", " + r + "x" + r + ")" + factors;
  }

  void forward(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
               at::Tensor& output) override {
    transform_weight(weight, false);
    for_each_chunk([&](std::int64_t first, std::int64_t count) {
      const auto x = images(input, first, count, g_.padding_begin, g_.out_side);
      const auto y = images(output, first, count, 0, g_.out_side);
      const std::int64_t tiles = count * tiles_of_image(g_.out_side);
      transforms_->transform_input(x, tiles, factor(in_operand_));
      forward_products_.run(count, in_operand_, weights_, out_operand_);
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
                                   factor(in_operand_));
      transforms_->transform_output_gradient(images(output_gradient, first, count, 0, g_.out_side), tiles,
                                             factor(out_operand_));
      weight_products_.run(count, out_operand_, in_operand_, weights_);
      transforms_->add_tile_sums(factor(out_operand_), tiles, g_.out_channels, gradient.bias.data_ptr<float>());
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
                                   factor(out_operand_));
      input_products_.run(count, out_operand_, weights_, in_operand_);
      transforms_->transform_output(in_operand_.const_data_ptr<float>(), tiles, nullptr,
                                    images(input, first, count, 0, g_.in_side));
    });
  }

 private:
  std::int64_t tiles_of_image(std::int64_t side) const {
    const std::int64_t tiles = divided_up(side, transforms_->outputs());
    return tiles * tiles;
  }

  std::int64_t most_tiles_of_image() const {
    return std::max(tiles_of_image(g_.out_side), tiles_of_image(g_.in_side));
  }

  Chunks chunks_of_batch() const {
    const std::int64_t image_bytes = transforms_->products() * most_tiles_of_image() *
                                     (g_.in_channels + g_.out_channels) * std::int64_t{sizeof(float)};
    const std::int64_t most = std::max<std::int64_t>(chunk_bytes / image_bytes, 1);
    const std::int64_t chunks = std::max<std::int64_t>(divided_up(g_.batch, most), 1);
    const std::int64_t images = std::max<std::int64_t>(divided_up(g_.batch, chunks), 1);
    return {images, g_.batch % images};
  }

  // Of a product: an operand holds factors in one pass and, in float32, what came out in another.
  kernel::Buffer factor(const at::Tensor& operand) const {
    return {operand.data_ptr(), factors_, kernel::Device::cpu};
  }

  void transform_weight(const at::Tensor& weight, bool turned) {
    transforms_->transform_weight(kernel::buffer_of(weight), g_.out_channels, g_.in_channels, turned,
                                  factor(weights_));
  }

  // Calls body(first image, count of images).
  template <class Body>
  void for_each_chunk(const Body& body) const {
    for (std::int64_t first = 0; first < g_.batch; first += chunks_.images) {
      body(first, std::min(chunks_.images, g_.batch - first));
    }
  }

  // tiled_side: of the images that the tiles cover without padding.
  WinogradTransforms::Images images(const at::Tensor& tensor, std::int64_t first, std::int64_t count,
                                    std::int64_t padding, std::int64_t tiled_side) const {
    return {kernel::buffer_of(tensor.narrow(0, first, count)), tensor.size(2), tensor.size(1), padding,
            divided_up(tiled_side, transforms_->outputs())};
  }

  OneDnnElement element_of_factors() const {
    return factors_ == kernel::Element::bf16 ? OneDnnElement::bf16 : OneDnnElement::f32;
  }

  ProductShape forward_shape(std::int64_t images) const {
    const std::int64_t tiles = images * tiles_of_image(g_.out_side);
    return {.batch = transforms_->products(),
            .rows = tiles,
            .inner = g_.in_channels,
            .columns = g_.out_channels,
            .second_transposed = true,
            .element = element_of_factors(),
            .first_stride = operand_plane(tiles, g_.in_channels),
            .second_stride = operand_plane(g_.out_channels, g_.in_channels),
            .result_stride = operand_plane(tiles, g_.out_channels)};
  }

  ProductShape input_gradient_shape(std::int64_t images) const {
    const std::int64_t tiles = images * tiles_of_image(g_.in_side);
    return {.batch = transforms_->products(),
            .rows = tiles,
            .inner = g_.out_channels,
            .columns = g_.in_channels,
            .element = element_of_factors(),
            .first_stride = operand_plane(tiles, g_.out_channels),
            .second_stride = operand_plane(g_.out_channels, g_.in_channels),
            .result_stride = operand_plane(tiles, g_.in_channels)};
  }

  ProductShape weight_gradient_shape(std::int64_t images) const {
    const std::int64_t tiles = images * tiles_of_image(g_.out_side);
    return {.batch = transforms_->products(),
            .rows = g_.out_channels,
            .inner = tiles,
            .columns = g_.in_channels,
            .first_transposed = true,
            .element = element_of_factors(),
            .first_stride = operand_plane(tiles, g_.out_channels),
            .second_stride = operand_plane(tiles, g_.in_channels),
            .result_stride = operand_plane(g_.out_channels, g_.in_channels),
            .adds_up = true};
  }

  Geometry g_;
  std::unique_ptr<WinogradTransforms> transforms_;
  kernel::Element factors_;
  Chunks chunks_;
  ChunkProducts forward_products_, input_products_, weight_products_;
  at::Tensor weights_;  // operand of the weights, or of their gradient
  at::Tensor in_operand_, out_operand_;
};

}  // namespace

std::unique_ptr<Convolution> make_winograd_convolution(const Geometry& geometry, at::Device device,
                                                       at::ScalarType element, const WinogradForm& form) {
  if (!device.is_cpu() || (element != at::kFloat && element != at::kBFloat16)) return nullptr;
  if (form.bf16_factors && element != at::kBFloat16) return nullptr;
  auto transforms = make_winograd_transforms(form.outputs, geometry.receptive_field);
  if (!transforms) return nullptr;
  const auto factors = form.bf16_factors ? kernel::Element::bf16 : kernel::Element::f32;
  auto convolution = std::make_unique<WinogradConvolution>(geometry, std::move(transforms), factors);
  return convolution->possible() ? std::move(convolution) : nullptr;
}

}  // namespace elubench::convolution
