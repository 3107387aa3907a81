#include "kernel/pool_activation_dropout.h"

#include <algorithm>
#include <array>
#include <variant>

#include "base/parallel.h"
#include "kernel/cuda/kernels.h"
#include "kernel/pool_window.h"

namespace elubench::kernel {
namespace {

// Channels are worked on in strips that stay in registers and first-level cache, so that every loop over one is
// plain SIMD.
constexpr int strip = 64;
using Strip = std::array<float, strip>;

template <class T>
void store(const Strip& from, int count, T* __restrict to) {
  for (int c = 0; c < count; ++c) to[c] = from_float<T>(from[static_cast<std::size_t>(c)]);
}

// What each of `count` elements from `first` on is multiplied with: 0 or the scale.
void draw_mask(const Dropout& dropout, const random::Stream& stream, std::int64_t first, int count, Strip& mask) {
  std::array<std::uint32_t, strip + 8> words;
  const std::uint64_t first_block = static_cast<std::uint64_t>(first) / 4;
  const int offset = static_cast<int>(first % 4);
  const int blocks = (offset + count + 3) / 4;
  for (int b = 0; b < blocks; ++b) {
    const random::Block block = stream.block(first_block + static_cast<std::uint64_t>(b));
    for (int w = 0; w < 4; ++w) words[static_cast<std::size_t>(4 * b + w)] = block.word[w];
  }
  const std::uint32_t threshold = dropout.threshold;
  const float scale = dropout.scale;
  for (int c = 0; c < count; ++c) {
    mask[static_cast<std::size_t>(c)] = words[static_cast<std::size_t>(offset + c)] < threshold ? 0.0f : scale;
  }
}

// Calls body(position, window, first channel, count of channels) for every strip of the output.
template <class Body>
void for_each_strip(const PoolGeometry& g, Body&& body) {
  const std::int64_t side = g.pooled_side();
  const std::int64_t positions = g.batch * side * side;
  const std::int64_t grain = std::max<std::int64_t>(1, 16384 / std::max<std::int64_t>(1, g.channels));
  parallel_for(0, positions, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t position = begin; position < end; ++position) {
      const Window window = window_at(g, position / side / side, position / side % side, position % side);
      for (std::int64_t c = 0; c < g.channels; c += strip) {
        body(position, window, c, static_cast<int>(std::min<std::int64_t>(strip, g.channels - c)));
      }
    }
  });
}

// Where the pixels of a window lie, from one channel on. Without a pool they are all the same one.
template <class T>
struct Pixels {
  T* __restrict at[4];
};

template <class T>
Pixels<T> pixels_of(T* x, const Window& window, std::int64_t channel) {
  return {{x + window.pixel[0] + channel, x + window.pixel[1] + channel, x + window.pixel[2] + channel,
           x + window.pixel[3] + channel}};
}

// The loops over channels: each is one plain pass that the compiler turns into SIMD, if all that it calls is
// inlined.
template <bool pools, bool drops, class F, class T>
[[gnu::flatten]] void forward_strip(const F& f, const Pixels<const T>& x, const float* __restrict mask, int count,
                                    T* __restrict y) {
  for (int c = 0; c < count; ++c) {
    float winner = to_float(x.at[0][c]);
    if constexpr (pools)
      winner = winner_of(f, winner, to_float(x.at[1][c]), to_float(x.at[2][c]), to_float(x.at[3][c])).x;
    float value = f.value(winner);
    if constexpr (drops) value *= mask[c];
    y[c] = from_float<T>(value);
  }
}

template <bool drops, class F, class T>
[[gnu::flatten]] void backward_strip(const F& f, T* __restrict x, const float* __restrict mask, int count,
                                     const T* __restrict y_gradient) {
  for (int c = 0; c < count; ++c) {
    float gradient = to_float(y_gradient[c]);
    if constexpr (drops) gradient *= mask[c];
    x[c] = from_float<T>(gradient * f.derivative(to_float(x[c])));
  }
}

// Pixels beyond the border lie where the first one does, so what they receive is kept apart.
template <bool drops, class F, class T>
[[gnu::flatten]] void pooled_backward_strip(const F& f, const Pixels<const T>& x, const float* __restrict mask,
                                            int count, const T* __restrict y_gradient, std::array<Strip, 4>& out) {
  for (int i = 0; i < count; ++i) {
    const auto c = static_cast<std::size_t>(i);
    const Winner winner =
        winner_of(f, to_float(x.at[0][c]), to_float(x.at[1][c]), to_float(x.at[2][c]), to_float(x.at[3][c]));
    float gradient = to_float(y_gradient[c]);
    if constexpr (drops) gradient *= mask[c];
    const float value = gradient * f.derivative(winner.x);
    out[0][c] = winner.place == 0 ? value : 0.0f;
    out[1][c] = winner.place == 1 ? value : 0.0f;
    out[2][c] = winner.place == 2 ? value : 0.0f;
    out[3][c] = winner.place == 3 ? value : 0.0f;
  }
}

template <bool pools, bool drops, class F, class T>
void forward(const F& f, const PoolGeometry& g, const Dropout& dropout, const T* x, T* y) {
  const random::Stream stream = drops ? dropout.stream() : random::Stream{};
  for_each_strip(g, [&](std::int64_t position, const Window& window, std::int64_t channel, int count) {
    const std::int64_t first = position * g.channels + channel;
    Strip mask;
    if constexpr (drops) draw_mask(dropout, stream, first, count, mask);
    forward_strip<pools, drops>(f, pixels_of(x, window, channel), mask.data(), count, y + first);
  });
}

template <bool pools, bool drops, class F, class T>
void backward(const F& f, const PoolGeometry& g, const Dropout& dropout, T* x, const T* y_gradient) {
  const random::Stream stream = drops ? dropout.stream() : random::Stream{};
  for_each_strip(g, [&](std::int64_t position, const Window& window, std::int64_t channel, int count) {
    const std::int64_t first = position * g.channels + channel;
    Strip mask;
    if constexpr (drops) draw_mask(dropout, stream, first, count, mask);
    if constexpr (!pools) {
      backward_strip<drops>(f, x + window.pixel[0] + channel, mask.data(), count, y_gradient + first);
    } else {
      std::array<Strip, 4> out;
      pooled_backward_strip<drops>(f, pixels_of<const T>(x, window, channel), mask.data(), count,
                                   y_gradient + first, out);
      for (std::size_t k = 0; k < 4; ++k) {
        if (window.inside[k]) store(out[k], count, x + window.pixel[k] + channel);
      }
    }
  });
}

// Calls body<pools, drops>() with what the geometry and the dropout say.
template <class Body>
void for_case(const PoolGeometry& g, const Dropout& dropout, const Body& body) {
  if (g.pool) {
    dropout.active() ? body.template operator()<true, true>() : body.template operator()<true, false>();
  } else {
    dropout.active() ? body.template operator()<false, true>() : body.template operator()<false, false>();
  }
}

}  // namespace

void pool_activation_dropout_forward(const activation::Activation& activation, const PoolGeometry& geometry,
                                     const Dropout& dropout, Buffer x, Buffer y) {
  if (x.device == Device::cuda) return cuda::pool_activation_dropout_forward(activation, geometry, dropout, x, y);
  for_element(x.element, [&]<class T>(T) {
    std::visit(
        [&](const auto& f) {
          for_case(geometry, dropout, [&]<bool pools, bool drops>() {
            forward<pools, drops>(f, geometry, dropout, x.as<const T>(), y.as<T>());
          });
        },
        activation);
  });
}

void pool_activation_dropout_backward(const activation::Activation& activation, const PoolGeometry& geometry,
                                      const Dropout& dropout, Buffer x, Buffer y_gradient) {
  if (x.device == Device::cuda)
    return cuda::pool_activation_dropout_backward(activation, geometry, dropout, x, y_gradient);
  for_element(x.element, [&]<class T>(T) {
    std::visit(
        [&](const auto& f) {
          for_case(geometry, dropout, [&]<bool pools, bool drops>() {
            backward<pools, drops>(f, geometry, dropout, x.as<T>(), y_gradient.as<const T>());
          });
        },
        activation);
  });
}

}  // namespace elubench::kernel
