#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "convolution/batched_product.h"
#include "convolution/convolution.h"
#include "convolution/winograd_transforms.h"
#include "kernel/tensor_buffer.h"

namespace elubench::convolution {
namespace {

// Operands of so many bytes at a time: they stay in a processor's last cache between their making and their use.
constexpr std::int64_t chunk_bytes = std::int64_t{8} << 20;

std::int64_t divided_up(std::int64_t number, std::int64_t divisor) { return (number + divisor - 1) / divisor; }

// A share of the batch that is worked on in chunks of so many images, the last of which may have fewer.
struct Share {
  std::int64_t first, images, at_once;

  std::int64_t left_over() const { return images % at_once; }

  // Calls body(first image, count of images) for each chunk.
  template <class Body>
  void for_each_chunk(const Body& body) const {
    for (std::int64_t image = 0; image < images; image += at_once) {
      body(first + image, std::min(at_once, images - image));
    }
  }
};

// In chunks of equal size, of at most `most` images.
Share share_of(std::int64_t first, std::int64_t images, std::int64_t most) {
  const std::int64_t chunks = std::max<std::int64_t>(divided_up(images, most), 1);
  return {first, images, std::max<std::int64_t>(divided_up(images, chunks), 1)};
}

// The products of a pass over a share's chunks.
class ChunkProducts {
 public:
  // shape_of(images) -> ProductShape
  template <class ShapeOf>
  ChunkProducts(const Share& share, const ShapeOf& shape_of)
      : share_(share), product_(make_batched_product(shape_of(share.at_once))) {
    if (share.left_over() > 0) last_ = make_batched_product(shape_of(share.left_over()));
  }

  bool possible() const { return product_ && (last_ || share_.left_over() == 0); }

  void run(std::int64_t images, const void* first, const void* second, void* result) {
    MatrixProduct& product = images == share_.at_once ? *product_ : *last_;
    product.run(first, second, nullptr, result);
  }

 private:
  Share share_;
  std::unique_ptr<MatrixProduct> product_, last_;
};

// One for all threads, which share each chunk; or one for each thread, which then works alone, and what it
// transforms passes to no other core.
struct Worker {
  Share share;
  ChunkProducts forward, input_gradient;
};

class WinogradConvolution : public Convolution {
 public:
  WinogradConvolution(const Geometry& geometry, std::unique_ptr<WinogradTransforms> transforms,
                      kernel::Element factors, std::shared_ptr<Workspace> workspace)
      : g_(geometry),
        transforms_(std::move(transforms)),
        factors_(factors),
        all_(share_of(0, g_.batch, most_images_at_once())),
        weight_products_(all_, [this](std::int64_t images) { return weight_gradient_shape(images); }),
        workspace_(std::move(workspace)) {
    const int threads = thread_count();
    if (!pays_to_work_apart(threads)) {
      add_worker(all_);
    } else {
      const SingleThread each_alone;
      for (std::int64_t t = 0; t < threads; ++t) {
        const std::int64_t first = g_.batch * t / threads;
        add_worker(share_of(first, g_.batch * (t + 1) / threads - first, most_images_at_once()));
      }
    }
  }

  bool possible() const {
    return weight_products_.possible() && std::ranges::all_of(workers_, [](const Worker& worker) {
             return worker.forward.possible() && worker.input_gradient.possible();
           });
  }

  void reserve_memory() {
    const auto workers = static_cast<std::int64_t>(workers_.size());
    workspace_->reserve(weight_numbers() +
                        std::max(workers * operand_numbers(operand_images_), operand_numbers(all_.at_once)));
  }

  std::string name() const override {
    const std::string m = std::to_string(transforms_->outputs()), r = std::to_string(g_.receptive_field);
    const std::string factors = factors_ == kernel::Element::bf16 ? " in bfloat16" : "";
    return "Winograd F(" + m + "x" + m + ", " + r + "x" + r + ")" + factors;
  }

  void forward(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
               at::Tensor& output) override {
    transform_weight(weight, false);
    for_each_worker([&](Worker& worker, const Operands& operands) {
      worker.share.for_each_chunk([&](std::int64_t first, std::int64_t count) {
        const std::int64_t tiles = count * tiles_of_image(g_.out_side);
        transforms_->transform_input(images(input, first, count, g_.padding_begin, g_.out_side), tiles,
                                     factor(operands.in));
        worker.forward.run(count, operands.in, weights(), operands.out);
        transforms_->transform_output(operands.out, tiles, bias.const_data_ptr(),
                                      images(output, first, count, 0, g_.out_side));
      });
    });
  }

  // All threads share the chunks: each would want sums of its own.
  void parameter_gradient(const at::Tensor& input, const at::Tensor&, const at::Tensor& output_gradient,
                          ParameterGradient& gradient) override {
    const Operands operands = operands_from(operands_begin(), all_.at_once);
    parallel_for(0, weight_numbers(), 1 << 16, [this](std::int64_t begin, std::int64_t end) {
      std::fill(weights() + begin, weights() + end, 0.0f);
    });
    gradient.bias.zero_();
    all_.for_each_chunk([&](std::int64_t first, std::int64_t count) {
      const std::int64_t tiles = count * tiles_of_image(g_.out_side);
      transforms_->transform_input(images(input, first, count, g_.padding_begin, g_.out_side), tiles,
                                   factor(operands.in));
      transforms_->transform_output_gradient(images(output_gradient, first, count, 0, g_.out_side), tiles,
                                             factor(operands.out));
      weight_products_.run(count, operands.out, operands.in, weights());
      transforms_->add_tile_sums(factor(operands.out), tiles, g_.out_channels, gradient.bias.data_ptr<float>());
    });
    transforms_->transform_weight_gradient(weights(), g_.out_channels, g_.in_channels,
                                           gradient.weight.data_ptr<float>());
  }

  // A convolution of the output's gradient with the weights turned by half a turn.
  void input_gradient(const at::Tensor& output_gradient, const at::Tensor& weight, at::Tensor& input) override {
    transform_weight(weight, true);
    const std::int64_t padding = g_.receptive_field - 1 - g_.padding_begin;
    for_each_worker([&](Worker& worker, const Operands& operands) {
      worker.share.for_each_chunk([&](std::int64_t first, std::int64_t count) {
        const std::int64_t tiles = count * tiles_of_image(g_.in_side);
        transforms_->transform_input(images(output_gradient, first, count, padding, g_.in_side), tiles,
                                     factor(operands.out));
        worker.input_gradient.run(count, operands.out, weights(), operands.in);
        transforms_->transform_output(operands.in, tiles, nullptr, images(input, first, count, 0, g_.in_side));
      });
    });
  }

 private:
  // Every thread then reads all of the weights' operand, for enough tiles of its own. Measured on two threads, in
  // bfloat16: where cores have no cache in common a tenth faster, else even. In float32, with weights twice as
  // large, it is no gain; and chunks of many threads would fill a cache that they share.
  bool pays_to_work_apart(int threads) const {
    constexpr std::int64_t least_tiles = 256;
    constexpr int most_threads = 4;
    return factors_ == kernel::Element::bf16 && threads > 1 && threads <= most_threads &&
           g_.batch / threads * tiles_of_image(g_.out_side) >= least_tiles;
  }

  void add_worker(const Share& share) {
    workers_.push_back({share,
                        {share, [this](std::int64_t images) { return forward_shape(images); }},
                        {share, [this](std::int64_t images) { return input_gradient_shape(images); }}});
    operand_images_ = std::max(operand_images_, share.at_once);
  }

  std::int64_t tiles_of_image(std::int64_t side) const {
    const std::int64_t tiles = divided_up(side, transforms_->outputs());
    return tiles * tiles;
  }

  std::int64_t most_tiles_of_image() const {
    return std::max(tiles_of_image(g_.out_side), tiles_of_image(g_.in_side));
  }

  std::int64_t most_images_at_once() const {
    const std::int64_t image_bytes = transforms_->products() * most_tiles_of_image() *
                                     (g_.in_channels + g_.out_channels) * std::int64_t{sizeof(float)};
    return std::max<std::int64_t>(chunk_bytes / image_bytes, 1);
  }

  // In the workspace lie the operand of the weights, or of their gradient, and behind it those of a chunk: one
  // chunk of all threads, or one of each. An operand holds factors in one pass and, in float32, what came out of
  // the products in another.
  struct Operands {
    float *in, *out;
  };

  static std::int64_t in_whole_lines(std::int64_t numbers) { return divided_up(numbers, 16) * 16; }

  std::int64_t weight_numbers() const {
    return in_whole_lines(transforms_->products() * operand_plane(g_.out_channels, g_.in_channels));
  }

  std::int64_t numbers_of(std::int64_t images, std::int64_t channels) const {
    return in_whole_lines(transforms_->products() * operand_plane(images * most_tiles_of_image(), channels));
  }

  std::int64_t operand_numbers(std::int64_t images) const {
    return numbers_of(images, g_.in_channels) + numbers_of(images, g_.out_channels);
  }

  float* weights() const { return workspace_->data(); }
  float* operands_begin() const { return weights() + weight_numbers(); }

  Operands operands_from(float* begin, std::int64_t images) const {
    return {begin, begin + numbers_of(images, g_.in_channels)};
  }

  kernel::Buffer factor(float* operand) const { return {operand, factors_, kernel::Device::cpu}; }

  void transform_weight(const at::Tensor& weight, bool turned) {
    transforms_->transform_weight(kernel::buffer_of(weight), g_.out_channels, g_.in_channels, turned,
                                  factor(weights()));
  }

  // Calls body(worker, its operands), where there are several each in a thread of its own.
  template <class Body>
  void for_each_worker(const Body& body) {
    parallel_for(0, static_cast<std::int64_t>(workers_.size()), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t w = begin; w < end; ++w) {
        float* const own = operands_begin() + w * operand_numbers(operand_images_);
        body(workers_[static_cast<std::size_t>(w)], operands_from(own, operand_images_));
      }
    });
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
  Share all_;
  ChunkProducts weight_products_;
  std::vector<Worker> workers_;
  std::int64_t operand_images_ = 1;  // of a worker's chunk, at most
  std::shared_ptr<Workspace> workspace_;
};

}  // namespace

std::unique_ptr<Convolution> make_winograd_convolution(const Geometry& geometry, at::Device device,
                                                       at::ScalarType element, const WinogradForm& form,
                                                       std::shared_ptr<Workspace> workspace) {
  if (!device.is_cpu() || (element != at::kFloat && element != at::kBFloat16)) return nullptr;
  if (form.bf16_factors && element != at::kBFloat16) return nullptr;
  auto transforms = make_winograd_transforms(form.outputs, geometry.receptive_field);
  if (!transforms) return nullptr;
  const auto factors = form.bf16_factors ? kernel::Element::bf16 : kernel::Element::f32;
  auto convolution =
      std::make_unique<WinogradConvolution>(geometry, std::move(transforms), factors, std::move(workspace));
  if (!convolution->possible()) return nullptr;
  convolution->reserve_memory();
  return convolution;
}

}  // namespace elubench::convolution
