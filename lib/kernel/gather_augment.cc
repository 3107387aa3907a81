#include "kernel/gather_augment.h"

#include "base/parallel.h"

namespace elubench::kernel {
namespace {

template <class T>
void copy_pixel(const float* from, std::int64_t channels, T* to) {
  for (std::int64_t c = 0; c < channels; ++c) to[c] = from_float<T>(from == nullptr ? 0.0f : from[c]);
}

template <class T>
void copy_cropped(const ImageGeometry& g, const float* image, const Crop& crop, T* out) {
  for (std::int64_t row = 0; row < g.side; ++row) {
    const std::int64_t y = row + crop.top - crop_padding;
    for (std::int64_t column = 0; column < g.side; ++column) {
      const std::int64_t x = (crop.flip ? g.side - 1 - column : column) + crop.left - crop_padding;
      const bool inside = y >= 0 && y < g.side && x >= 0 && x < g.side;
      copy_pixel(inside ? image + (y * g.side + x) * g.channels : nullptr, g.channels,
                 out + (row * g.side + column) * g.channels);
    }
  }
}

}  // namespace

void gather_augment(const ImageGeometry& geometry, const float* images, const std::int64_t* chosen,
                    std::int64_t batch, const random::Stream* stream, Buffer out) {
  require_cpu(out, "gather_augment");
  const Crop whole{crop_padding, crop_padding, false};
  for_element(out.element, [&]<class T>(T) {
    parallel_for(0, batch, 4, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t place = first; place < last; ++place) {
        const Crop crop = stream == nullptr ? whole : draw_crop(*stream, place);
        copy_cropped(geometry, images + chosen[place] * geometry.size(), crop,
                     out.as<T>() + place * geometry.size());
      }
    });
  });
}

}  // namespace elubench::kernel
