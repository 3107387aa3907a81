// A convolution as products of matrices: its input as rows of what each place of the output sees (im2col), its
// weights as rows of the same length, and the gradients of both back from there.
#pragma once

#include <cstdint>

#include "kernel/buffer.h"

namespace elubench::kernel {

// Square images, channels last; a patch is what one place of the output sees of its image.
struct PatchGeometry {
  std::int64_t batch, side, channels;
  std::int64_t out_side, out_channels, receptive_field;
  std::int64_t padding;  // rows above and columns to the left that count as zeros; below and to the right as many
                         // as the output asks for

  constexpr std::int64_t rows() const { return batch * out_side * out_side; }
  constexpr std::int64_t pixels() const { return receptive_field * receptive_field * channels; }
  // A multiple of eight, for products whose rows begin at multiples of 16 bytes, with room for a one.
  constexpr std::int64_t row_length() const { return (pixels() + 8) / 8 * 8; }
};

// patches: (rows, row_length): of each place the pixels() that it sees, row by row, then a one, whose weight is
// the bias, then zeros.
void gather_patches(const PatchGeometry& geometry, Buffer images, Buffer patches);

// rows: (out_channels, row_length): of each channel its weights, (out_channels, pixels), then its bias, then
// zeros.
void gather_weights(const PatchGeometry& geometry, Buffer weights, Buffer bias, Buffer rows);

// Overwrites each pixel of `images` with the sum over the patches, which are float32, that saw it. What follows
// the pixels in a row is not looked at.
void add_patches(const PatchGeometry& geometry, Buffer patches, Buffer images);

// rows: (parts, out_channels, row_length), whose sum over the parts are the gradients of gather_weights' rows. All
// of float32.
void add_weights(const PatchGeometry& geometry, std::int64_t parts, Buffer rows, float* weights, float* bias);

}  // namespace elubench::kernel
