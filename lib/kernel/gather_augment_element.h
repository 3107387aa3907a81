// One pixel of a batch: what a thread of a device does, and the host's loops too.
#pragma once

#include "kernel/gather_augment.h"

namespace elubench::kernel {

struct TrainingChoice {
  ImageSet set;
  EpochOrders orders;
  const StepState* step;
  bool augment;
  std::int64_t batch;

  ELUBENCH_HOST_DEVICE std::int64_t image_at(std::int64_t place) const {
    const std::int64_t position = step->iteration * batch + place;
    return orders.order[position / set.count % orders.epochs * set.count + position % set.count];
  }
  ELUBENCH_HOST_DEVICE Crop crop_at(std::int64_t place) const {
    if (!augment) return whole_image;
    return draw_crop({step->seed, random::Purpose::augmentation, 0, static_cast<std::uint32_t>(step->iteration)},
                     place);
  }
};

struct InOrderChoice {
  ImageSet set;
  std::int64_t first;

  ELUBENCH_HOST_DEVICE std::int64_t image_at(std::int64_t place) const {
    return first + place < set.count ? first + place : set.count - 1;
  }
  ELUBENCH_HOST_DEVICE Crop crop_at(std::int64_t) const { return whole_image; }
};

// An image is a place of the batch, an element a pixel; the first one also copies the label.
template <class Choice, class T>
struct GatherPixel {
  Choice choice;
  T* images;
  std::int64_t* labels;

  ELUBENCH_HOST_DEVICE void operator()(std::int64_t place, std::uint32_t pixel) const {
    const std::int64_t image = choice.image_at(place);
    if (pixel == 0) labels[place] = choice.set.labels[image];
    copy_pixel(place, pixel, image, choice.crop_at(place));
  }

  ELUBENCH_HOST_DEVICE void copy_pixel(std::int64_t place, std::uint32_t pixel, std::int64_t image,
                                       const Crop& crop) const {
    const ImageGeometry& g = choice.set.geometry;
    const std::int64_t row = pixel / static_cast<std::uint32_t>(g.side);
    const std::int64_t column = pixel % static_cast<std::uint32_t>(g.side);
    const std::int64_t y = row + crop.top - crop_padding;
    const std::int64_t x = (crop.flip ? g.side - 1 - column : column) + crop.left - crop_padding;
    const bool inside = y >= 0 && y < g.side && x >= 0 && x < g.side;
    const float* const from = choice.set.pixels + image * g.size() + (y * g.side + x) * g.channels;
    T* const to = images + place * g.size() + pixel * g.channels;
    for (std::int64_t c = 0; c < g.channels; ++c) to[c] = from_float<T>(inside ? from[c] : 0.0f);
  }
};

}  // namespace elubench::kernel
