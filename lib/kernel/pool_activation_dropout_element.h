// Pooling, activation and dropout of four neighbouring channels: what a thread of a device does. An image is one
// of the batch, an element four channels of one place of the output; the last element of a place may have fewer.
#pragma once

#include "kernel/pack.h"
#include "kernel/pool_window.h"

namespace elubench::kernel {

// Where an element lies.
struct PoolPlace {
  std::int64_t row, column, channel;
  int count;  // of channels: up to Pack's width
};

ELUBENCH_HOST_DEVICE inline std::uint32_t pool_elements(const PoolGeometry& g) {
  return static_cast<std::uint32_t>(g.pooled_side() * g.pooled_side() * ((g.channels + 3) / 4));
}

ELUBENCH_HOST_DEVICE inline PoolPlace pool_place(const PoolGeometry& g, std::uint32_t element) {
  const auto side = static_cast<std::uint32_t>(g.pooled_side());
  const auto groups = static_cast<std::uint32_t>((g.channels + 3) / 4);
  const std::uint32_t position = element / groups;
  const std::int64_t channel = std::int64_t{4} * (element % groups);
  const std::int64_t left = g.channels - channel;
  return {position / side, position % side, channel, static_cast<int>(left < 4 ? left : 4)};
}

// What the elements from `first` on are multiplied with: 0 or the scale. Four that begin at a multiple of four
// share one block of random numbers.
ELUBENCH_HOST_DEVICE inline void draw_mask(const Dropout& dropout, std::int64_t first, int count, float* mask) {
  const random::Stream stream = dropout.stream();
  const std::uint32_t threshold = dropout.threshold;
  const float scale = dropout.scale;
  const auto index = static_cast<std::uint64_t>(first);
  if (index % 4 == 0) {
    const random::Block block = stream.block(index / 4);
    for (int c = 0; c < 4; ++c) mask[c] = block.word[c] < threshold ? 0.0f : scale;
  } else {
    for (int c = 0; c < 4; ++c) {
      if (c < count) mask[c] = stream.word(index + static_cast<std::uint64_t>(c)) < threshold ? 0.0f : scale;
    }
  }
}

// pools: whether the geometry does; a constant, like every index here, so that a device keeps all in registers.
template <bool pools, class F, class T>
struct PoolForward {
  F f;
  PoolGeometry geometry;
  Dropout dropout;
  const T* x;
  T* y;

  ELUBENCH_HOST_DEVICE void operator()(std::int64_t image, std::uint32_t element) const {
    const PoolPlace place = pool_place(geometry, element);
    const Window window = window_at(geometry, image, place.row, place.column);
    const std::int64_t side = geometry.pooled_side();
    const std::int64_t first =
        ((image * side + place.row) * side + place.column) * geometry.channels + place.channel;
    float pixel[4][4];
    for (int k = 0; k < 4; ++k) {
      if (k == 0 || pools) load(x + window.pixel[k] + place.channel, place.count, pixel[k]);
    }
    float mask[4] = {1, 1, 1, 1};
    if (dropout.active()) draw_mask(dropout, first, place.count, mask);
    float result[4];
    for (int c = 0; c < 4; ++c) {
      float winner = pixel[0][c];
      if constexpr (pools) winner = winner_of(f, winner, pixel[1][c], pixel[2][c], pixel[3][c]).x;
      result[c] = f.value(winner) * mask[c];
    }
    store(result, place.count, y + first);
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
    const PoolPlace place = pool_place(geometry, element);
    const Window window = window_at(geometry, image, place.row, place.column);
    const std::int64_t side = geometry.pooled_side();
    const std::int64_t first =
        ((image * side + place.row) * side + place.column) * geometry.channels + place.channel;
    float pixel[4][4];
    for (int k = 0; k < 4; ++k) {
      if (k == 0 || pools) load(x + window.pixel[k] + place.channel, place.count, pixel[k]);
    }
    float mask[4] = {1, 1, 1, 1};
    if (dropout.active()) draw_mask(dropout, first, place.count, mask);
    float gradient[4];
    load(y_gradient + first, place.count, gradient);
    for (int c = 0; c < 4; ++c) {
      Winner winner{pixel[0][c], 0};
      if constexpr (pools) winner = winner_of(f, pixel[0][c], pixel[1][c], pixel[2][c], pixel[3][c]);
      const float value = gradient[c] * mask[c] * f.derivative(winner.x);
      for (int k = 0; k < 4; ++k) pixel[k][c] = winner.place == k ? value : 0.0f;
    }
    for (int k = 0; k < 4; ++k) {
      if (k == 0 || (pools && window.inside[k])) store(pixel[k], place.count, x + window.pixel[k] + place.channel);
    }
  }
};

}  // namespace elubench::kernel
