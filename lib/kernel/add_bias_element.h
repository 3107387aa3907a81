// What a thread does for biases: an element is a pack of channels of one place.
#pragma once

#include "kernel/add_bias.h"
#include "kernel/pack.h"

namespace elubench::kernel {

template <class T>
struct AddBias {
  static constexpr int width = pack_width<T>;
  std::int64_t places, channels;
  const T* bias;
  T* x;

  std::uint32_t elements() const { return static_cast<std::uint32_t>(places * ((channels + width - 1) / width)); }

  ELUBENCH_HOST_DEVICE void operator()(std::int64_t image, std::uint32_t element) const {
    const auto groups = static_cast<std::uint32_t>((channels + width - 1) / width);
    const std::int64_t channel = std::int64_t{width} * (element % groups), left = channels - channel;
    const int count = static_cast<int>(left < width ? left : width);
    T* const place = x + (image * places + element / groups) * channels + channel;
    float value[width], summand[width];
    load(place, count, value);
    load(bias + channel, count, summand);
    for (int c = 0; c < width; ++c) value[c] += summand[c];
    store(value, count, place);
  }
};

}  // namespace elubench::kernel
