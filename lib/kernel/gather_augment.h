// Collects a batch from the images in memory, and augments it on the way.
#pragma once

#include <cstdint>

#include "base/host_device.h"
#include "kernel/buffer.h"
#include "kernel/step_state.h"
#include "random/philox.h"

namespace elubench::kernel {

inline constexpr std::int64_t crop_padding = 4;

// A crop from the image with `crop_padding` zero pixels on each border, and whether it is flipped.
struct Crop {
  std::int64_t top, left;  // 0 .. 2 crop_padding; crop_padding is the image itself
  bool flip;
};

inline constexpr Crop whole_image{crop_padding, crop_padding, false};

ELUBENCH_HOST_DEVICE inline Crop draw_crop(const random::Stream& stream, std::int64_t place_in_batch) {
  const random::Block words = stream.block(static_cast<std::uint64_t>(place_in_batch));
  return {static_cast<std::int64_t>(random::below(2 * crop_padding + 1, words.word[0])),
          static_cast<std::int64_t>(random::below(2 * crop_padding + 1, words.word[1])),
          (words.word[2] & 1u) != 0};
}

struct ImageGeometry {
  std::int64_t side;
  std::int64_t channels;
  ELUBENCH_HOST_DEVICE std::int64_t size() const { return side * side * channels; }
};

// A data set in the memory of the device.
struct ImageSet {
  ImageGeometry geometry;
  std::int64_t count;
  const float* pixels;         // (count, side, side, channels)
  const std::int64_t* labels;  // (count)
};

// The orders of some epochs that follow each other, in the memory of the device: epoch e visits the images in the
// order of row e mod `epochs`.
struct EpochOrders {
  const std::int64_t* order;  // (epochs, count of images)
  std::int64_t epochs;
};

// The batch of step->iteration: epoch after epoch without a gap, so place j holds image p mod N of epoch p / N
// with p = iteration * batch + j. With `augment` each is cropped and flipped by the j-th block of the step's
// stream. images: (batch, side, side, channels); labels: (batch).
void gather_training_batch(const ImageSet& set, const EpochOrders& orders, const StepState* step, bool augment,
                           std::int64_t batch, Buffer images, std::int64_t* labels);

// Images first, first + 1, ... as they are; beyond the last one, that one again.
void gather_in_order(const ImageSet& set, std::int64_t first, std::int64_t batch, Buffer images,
                     std::int64_t* labels);

}  // namespace elubench::kernel
