// Pooling, activation and dropout of a pack of neighbouring channels: what a thread of a device does. An image is
// one of the batch, an element a pack of one place of the output; the last element of a place may have fewer
// channels.
#pragma once

#include "kernel/pack.h"
#include "kernel/pool_window.h"

namespace elubench::kernel {

// Where an element lies.
struct PoolPlace {
  std::int64_t row, column, channel;
  int count;  // of channels: up to pack_width
};

template <class T>
ELUBENCH_HOST_DEVICE std::uint32_t pool_elements(const PoolGeometry& g) {
  const std::int64_t groups = (g.channels + pack_width<T> - 1) / pack_width<T>;
  return static_cast<std::uint32_t>(g.pooled_side() * g.pooled_side() * groups);
}

template <class T>
ELUBENCH_HOST_DEVICE PoolPlace pool_place(const PoolGeometry& g, std::uint32_t element) {
  constexpr int width = pack_width<T>;
  const auto side = static_cast<std::uint32_t>(g.pooled_side());
  const auto groups = static_cast<std::uint32_t>((g.channels + width - 1) / width);
  const std::uint32_t position = element / groups;
  const std::int64_t channel = std::int64_t{width} * (element % groups);
  const std::int64_t left = g.channels - channel;
  return {position / side, position % side, channel, static_cast<int>(left < width ? left : width)};
}

// What the `width` elements from `first` on are multiplied with: 0 or the scale. Four that begin at a multiple of
// four share one block of random numbers.
template <int width>
ELUBENCH_HOST_DEVICE void draw_mask(const Dropout& dropout, std::int64_t first, int count, float* mask) {
  const random::Stream stream = dropout.stream();
  const std::uint32_t threshold = dropout.threshold;
  const float scale = dropout.scale;
  const auto index = static_cast<std::uint64_t>(first);
  if (index % 4 == 0) {
    for (int four = 0; four < width; four += 4) {
      if (four >= count) break;
      const random::Block block = stream.block(index / 4 + static_cast<std::uint64_t>(four / 4));
      for (int c = 0; c < 4; ++c) mask[four + c] = block.word[c] < threshold ? 0.0f : scale;
    }
  } else {
    for (int c = 0; c < width; ++c) {
      if (c < count) mask[c] = stream.word(index + static_cast<std::uint64_t>(c)) < threshold ? 0.0f : scale;
    }
  }
}

// What both passes begin with. pools: whether the geometry does; a constant, like every index here, so that a
// device keeps all in registers.
template <bool pools, class T>
struct PoolInput {
  static constexpr int width = pack_width<T>;
  PoolPlace place;
  Window window;
  std::int64_t first;     // element of the output
  float pixel[4][width];  // of the window, and of the channels
  float mask[width];

  ELUBENCH_HOST_DEVICE PoolInput(const PoolGeometry& geometry, const Dropout& dropout, const T* x,
                                 std::int64_t image, std::uint32_t element)
      : place(pool_place<T>(geometry, element)), window(window_at(geometry, image, place.row, place.column)) {
    for (int c = 0; c < width; ++c) mask[c] = 1;
    const std::int64_t side = geometry.pooled_side();
    first = ((image * side + place.row) * side + place.column) * geometry.channels + place.channel;
    for (int k = 0; k < 4; ++k) {
      if (k == 0 || pools) load(x + window.pixel[k] + place.channel, place.count, pixel[k]);
    }
    if (dropout.active()) draw_mask<width>(dropout, first, place.count, mask);
  }
};

template <bool pools, class F, class T>
struct PoolForward {
  F f;
  PoolGeometry geometry;
  Dropout dropout;
  const T* x;
  T* y;

  ELUBENCH_HOST_DEVICE void operator()(std::int64_t image, std::uint32_t element) const {
    PoolInput<pools, T> in(geometry, dropout, x, image, element);
    float result[pack_width<T>];
    for (int c = 0; c < pack_width<T>; ++c) {
      float winner = in.pixel[0][c];
      if constexpr (pools) winner = winner_of(f, winner, in.pixel[1][c], in.pixel[2][c], in.pixel[3][c]).x;
      result[c] = f.value(winner) * in.mask[c];
    }
    store(result, in.place.count, y + in.first);
  }
};

template <bool pools, class F, class T>
struct PoolBackward {
  F f;
  PoolGeometry geometry;
  Dropout dropout;
  T* x;
  const T* y_gradient;

  ELUBENCH_HOST_DEVICE void operator()(std::int64_t image, std::uint32_t element) const {
    PoolInput<pools, T> in(geometry, dropout, x, image, element);
    float gradient[pack_width<T>];
    load(y_gradient + in.first, in.place.count, gradient);
    for (int c = 0; c < pack_width<T>; ++c) {
      Winner winner{in.pixel[0][c], 0};
      if constexpr (pools) winner = winner_of(f, in.pixel[0][c], in.pixel[1][c], in.pixel[2][c], in.pixel[3][c]);
      const float value = gradient[c] * in.mask[c] * f.derivative(winner.x);
      for (int k = 0; k < 4; ++k) in.pixel[k][c] = winner.place == k ? value : 0.0f;
    }
    for (int k = 0; k < 4; ++k) {
      if (k == 0 || (pools && in.window.inside[k]))
        store(in.pixel[k], in.place.count, x + in.window.pixel[k] + in.place.channel);
    }
  }
};

}  // namespace elubench::kernel
