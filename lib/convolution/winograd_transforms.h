// The transforms of a convolution by F(rows x columns, r x r) (see winograd_tile.h) between images and the
// products' operands. Free of LibTorch.
//
// Images are covered by tiles of rows x columns outputs, row by row, image after image. An operand is (products of
// a tile, tiles or output channels, channels), each of these matrices dense and `operand_plane` elements after the
// one before. Factors of the products are float32 or, each rounded once, bfloat16; what comes out of the products
// is float32.
#pragma once

#include <cstdint>
#include <memory>

#include "convolution/winograd_tile.h"
#include "kernel/buffer.h"

namespace elubench::convolution {

// A little more than a matrix: else the places that a tile is written to would often lie a multiple of 4096
// bytes apart, and drive each other out of the first-level cache.
inline std::int64_t operand_plane(std::int64_t rows, std::int64_t channels) { return rows * channels + 16; }

// So many numbers, in whole cache lines.
inline std::int64_t operand_numbers(std::int64_t products, std::int64_t rows, std::int64_t channels) {
  constexpr std::int64_t line = 16;
  return (products * operand_plane(rows, channels) + line - 1) / line * line;
}

class WinogradTransforms {
 public:
  virtual ~WinogradTransforms() = default;

  virtual WinogradTile tile() const = 0;

  // Pixels of `side`, the first tile's first one at -padding in both directions; what lies outside is 0.
  struct Images {
    kernel::Buffer data;  // (images, side, side, channels)
    std::int64_t side, channels, padding;
    std::int64_t tiles_down, tiles_across;
  };

  // Of the matrices of cook_toom.h below those to the left are F(rows, r)'s, those to the right
  // F(columns, r)'s.

  // B^T d B of the tiles [0, tiles) of `images`: factors of those products, whole rows, which the operand is of.
  virtual void transform_input(const Images& images, std::int64_t tiles, const ProductRange& products,
                               kernel::Buffer operand) const = 0;

  // A y A^T of the tiles' outputs: the adjoint of transform_output.
  virtual void transform_output_gradient(const Images& images, std::int64_t tiles, const ProductRange& products,
                                         kernel::Buffer operand) const = 0;

  // A^T x A + bias, into the images' pixels; bias may be null, or has the images' element type.
  virtual void transform_output(const float* operand, std::int64_t tiles, const void* bias,
                                const Images& images) const = 0;

  // G g G^T of weights (out, r, r, in); turned by half a turn on request, as the gradient of the input needs them.
  virtual void transform_weight(kernel::Buffer weight, std::int64_t out_channels, std::int64_t in_channels,
                                bool turned, kernel::Buffer operand) const = 0;

  // G^T x G into float32 (out, r, r, in).
  virtual void transform_weight_gradient(const float* operand, std::int64_t out_channels, std::int64_t in_channels,
                                         float* gradient) const = 0;
};

// Adds to each channel's sum all pixels of so many images.
void add_pixels(const WinogradTransforms::Images& images, std::int64_t count, float* sums);

// Nothing where no transform is compiled for the size: 4x4 and 2x2 with r = 2 and 3; 3x3 and 2x4 with r = 2.
std::unique_ptr<WinogradTransforms> make_winograd_transforms(const WinogradTile& tile,
                                                             std::int64_t receptive_field);

}  // namespace elubench::convolution
