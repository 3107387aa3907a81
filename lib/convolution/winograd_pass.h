// A pass of a Winograd convolution over the batch, in chunks: their operands stay in the last cache between their
// making and their use, unless the weights themselves fill it. Free of LibTorch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "convolution/onednn_product.h"
#include "convolution/winograd_tile.h"

namespace elubench::convolution {

struct WinogradTiling {
  std::int64_t images, tiles_of_image;
  std::int64_t products;  // of a tile, for each pair of channels
  std::int64_t in_channels, out_channels;
};

// Into how many parts a pass's images are shared out among workers, and the products of a tile.
struct WinogradShares {
  std::int64_t images = 1, products = 1;
};

// Images of the batch; those of their tiles' products that are made; memory for operands of these (see
// winograd_transforms.h), each of which holds factors in one pass and, in float32, what came out of the products
// in another.
struct WinogradChunk {
  std::int64_t first_image, images, tiles;
  ProductRange products;
  float *in, *out;
  MatrixProduct& product;
};

class WinogradPass {
 public:
  // Of so many products, with an operand of so many tiles. Where they add up, those of a worker's first chunk
  // overwrite instead.
  using ShapeOf = std::function<ProductShape(std::int64_t products, std::int64_t tiles)>;
  using Body = std::function<void(const WinogradChunk&)>;

  // All threads share each chunk; or, where there are several workers, each is one thread with chunks of its own,
  // and what it transforms passes to no other core.
  WinogradPass(const WinogradTiling& tiling, const WinogradShares& shares, const ShapeOf& shape_of);

  // Whether the products are to be had.
  bool possible() const { return possible_; }

  // So many numbers for_each_chunk() needs.
  std::int64_t memory() const { return static_cast<std::int64_t>(workers_.size()) * worker_memory(); }

  void for_each_chunk(float* memory, const Body& body) const;

 private:
  // Its chunks differ by one image at most.
  struct Worker {
    std::int64_t first_image, images;
    ProductRange products;
    std::int64_t chunks;
    std::unique_ptr<MatrixProduct> of_fewer{}, of_more{};  // of_more: null where all chunks are alike
    std::unique_ptr<MatrixProduct> overwriting{};          // of the first chunk, where products add up

    std::int64_t begin_of(std::int64_t chunk) const { return first_image + images * chunk / chunks; }
    std::int64_t fewer() const { return images / chunks; }
    bool all_alike() const { return images % chunks == 0; }
    MatrixProduct& product_of(std::int64_t chunk) const;
  };

  Worker make_worker(std::int64_t first_image, std::int64_t images, const ProductRange& products,
                     const ShapeOf& shape_of);
  std::unique_ptr<MatrixProduct> make_product(const ProductShape& shape);
  void work(const Worker& worker, float* memory, const Body& body) const;
  std::int64_t most_images_at_once() const;
  std::int64_t operand_memory(std::int64_t channels) const;
  std::int64_t worker_memory() const;

  WinogradTiling tiling_;
  std::int64_t most_products_;  // of a worker
  bool possible_ = true;
  std::vector<Worker> workers_;
};

}  // namespace elubench::convolution
