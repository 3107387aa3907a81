// Collects a batch from the images in memory, and augments it on the way.
#pragma once

#include <cstdint>

#include "base/host_device.h"
#include "kernel/buffer.h"
#include "random/philox.h"

namespace elubench::kernel {

inline constexpr std::int64_t crop_padding = 4;

// A crop from the image with `crop_padding` zero pixels on each border, and whether it is flipped.
struct Crop {
  std::int64_t top, left;  // 0 .. 2 crop_padding; crop_padding is the image itself
  bool flip;
};

ELUBENCH_HOST_DEVICE inline Crop draw_crop(const random::Stream& stream, std::int64_t place_in_batch) {
  const random::Block words = stream.block(static_cast<std::uint64_t>(place_in_batch));
  return {static_cast<std::int64_t>(random::below(2 * crop_padding + 1, words.word[0])),
          static_cast<std::int64_t>(random::below(2 * crop_padding + 1, words.word[1])),
          (words.word[2] & 1u) != 0};
}

struct ImageGeometry {
  std::int64_t side;
  std::int64_t channels;
  std::int64_t size() const { return side * side * channels; }
};

// images: (N, side, side, channels) float32; chosen: `batch` image numbers on the same device; out: (batch, side,
// side, channels). With `stream`, the image at place j of the batch is cropped and flipped by the stream's j-th
// block; without, taken as it is.
void gather_augment(const ImageGeometry& geometry, const float* images, const std::int64_t* chosen,
                    std::int64_t batch, const random::Stream* stream, Buffer out);

}  // namespace elubench::kernel
