#include "convolution/winograd_pass.h"

#include <algorithm>
#include <optional>

#include "base/parallel.h"
#include "convolution/batched_product.h"
#include "convolution/winograd_transforms.h"

namespace elubench::convolution {
namespace {

// Of a chunk's operands: 8 MiB of float32.
constexpr std::int64_t usual_numbers = std::int64_t{2} << 20;

struct Part {
  std::int64_t first, count;
};

Part part(std::int64_t whole, std::int64_t number, std::int64_t parts) {
  const std::int64_t first = whole * number / parts;
  return {first, whole * (number + 1) / parts - first};
}

}  // namespace

WinogradPass::WinogradPass(const WinogradTiling& tiling, const WinogradShares& shares, const ShapeOf& shape_of)
    : tiling_(tiling), most_products_((tiling.products + shares.products - 1) / shares.products) {
  std::optional<SingleThread> each_alone;
  if (shares.images * shares.products > 1) each_alone.emplace();
  for (std::int64_t i = 0; i < shares.images; ++i) {
    const Part images = part(tiling.images, i, shares.images);
    for (std::int64_t p = 0; p < shares.products; ++p) {
      const Part products = part(tiling.products, p, shares.products);
      if (images.count > 0 && products.count > 0)
        workers_.push_back(make_worker(images.first, images.count, {products.first, products.count}, shape_of));
    }
  }
}

void WinogradPass::for_each_chunk(float* memory, const Body& body) const {
  parallel_for(0, static_cast<std::int64_t>(workers_.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t w = begin; w < end; ++w) {
      work(workers_[static_cast<std::size_t>(w)], memory + w * worker_memory(), body);
    }
  });
}

WinogradPass::Worker WinogradPass::make_worker(std::int64_t first_image, std::int64_t images,
                                               const ProductRange& products, const ShapeOf& shape_of) {
  const std::int64_t most = most_images_at_once();
  Worker worker{first_image, images, products, (images + most - 1) / most};
  ProductShape shape = shape_of(products.count, worker.fewer() * tiling_.tiles_of_image);
  worker.of_fewer = make_product(shape);
  if (!worker.all_alike())
    worker.of_more = make_product(shape_of(products.count, (worker.fewer() + 1) * tiling_.tiles_of_image));
  if (shape.adds_up) {
    shape.adds_up = false;
    worker.overwriting = make_product(shape);
  }
  return worker;
}

std::unique_ptr<MatrixProduct> WinogradPass::make_product(const ProductShape& shape) {
  auto product = make_batched_product(shape);
  possible_ = possible_ && product;
  return product;
}

// The first chunk is one of those with fewer images.
MatrixProduct& WinogradPass::Worker::product_of(std::int64_t chunk) const {
  if (chunk == 0 && overwriting) return *overwriting;
  const bool has_fewer = begin_of(chunk + 1) - begin_of(chunk) == fewer();
  return has_fewer ? *of_fewer : *of_more;
}

void WinogradPass::work(const Worker& worker, float* memory, const Body& body) const {
  for (std::int64_t chunk = 0; chunk < worker.chunks; ++chunk) {
    const std::int64_t first = worker.begin_of(chunk), images = worker.begin_of(chunk + 1) - first;
    body({first, images, images * tiling_.tiles_of_image, worker.products, memory,
          memory + operand_memory(tiling_.in_channels), worker.product_of(chunk)});
  }
}

// Or about as many numbers as weights, each of which, or a sum for its gradient, every chunk reads: of large ones
// that takes longer than to read the operands again from memory.
std::int64_t WinogradPass::most_images_at_once() const {
  const std::int64_t in = tiling_.in_channels, out = tiling_.out_channels;
  const std::int64_t numbers = std::max(usual_numbers, tiling_.products * in * out);
  const std::int64_t numbers_of_image = tiling_.products * tiling_.tiles_of_image * (in + out);
  return std::clamp<std::int64_t>(numbers / numbers_of_image, 1, tiling_.images);
}

std::int64_t WinogradPass::operand_memory(std::int64_t channels) const {
  return operand_numbers(most_products_, most_images_at_once() * tiling_.tiles_of_image, channels);
}

std::int64_t WinogradPass::worker_memory() const {
  return operand_memory(tiling_.in_channels) + operand_memory(tiling_.out_channels);
}

}  // namespace elubench::convolution
