#include "kernel/pool_activation_dropout.h"

#include <algorithm>
#include <array>
#include <variant>

#include "base/parallel.h"
#include "kernel/pool_window.h"

namespace elubench::kernel {
namespace {

// Channels are worked on in strips that stay in registers and first-level cache, so that every loop over one is
// plain SIMD.
constexpr int strip = 64;
using Strip = std::array<float, strip>;

template <class T>
void load(const T* from, int count, Strip& to) {
  for (int c = 0; c < count; ++c) to[static_cast<std::size_t>(c)] = to_float(from[c]);
}

template <class T>
void store(const Strip& from, int count, T* to) {
  for (int c = 0; c < count; ++c) to[c] = from_float<T>(from[static_cast<std::size_t>(c)]);
}

// What each of `count` elements from `first` on is multiplied with: 0 or the scale.
void draw_mask(const Dropout& dropout, std::int64_t first, int count, Strip& mask) {
  std::array<std::uint32_t, strip + 8> words;
  const std::uint64_t first_block = static_cast<std::uint64_t>(first) / 4;
  const int offset = static_cast<int>(first % 4);
  const int blocks = (offset + count + 3) / 4;
  for (int b = 0; b < blocks; ++b) {
    const random::Block block = dropout.stream.block(first_block + static_cast<std::uint64_t>(b));
    for (int w = 0; w < 4; ++w) words[static_cast<std::size_t>(4 * b + w)] = block.word[w];
  }
  const std::uint32_t threshold = dropout.threshold();
  const float scale = dropout.scale();
  for (int c = 0; c < count; ++c) {
    mask[static_cast<std::size_t>(c)] = words[static_cast<std::size_t>(offset + c)] < threshold ? 0.0f : scale;
  }
}

// Offsets of a window's four pixels from the first element of the images. Pixels beyond the border repeat the
// first one: they never win, because only a larger value does.
struct Window {
  std::array<std::int64_t, 4> pixel;
  std::array<bool, 4> inside;
};

Window window_at(const PoolGeometry& g, std::int64_t position) {
  const std::int64_t side = g.pooled_side();
  const std::int64_t column = position % side;
  const std::int64_t row = position / side % side;
  const std::int64_t image = position / (side * side);
  const std::int64_t step = g.pool ? 2 : 1;
  Window window{};
  for (std::size_t k = 0; k < 4; ++k) {
    const std::int64_t y = row * step + static_cast<std::int64_t>(k / 2);
    const std::int64_t x = column * step + static_cast<std::int64_t>(k % 2);
    window.inside[k] = k == 0 || (g.pool && y < g.side && x < g.side);
    const std::int64_t at = window.inside[k] ? (image * g.side + y) * g.side + x : window.pixel[0] / g.channels;
    window.pixel[k] = at * g.channels;
  }
  return window;
}

// Calls body(position, window, first channel, count of channels) for every strip of the output.
template <class Body>
void for_each_strip(const PoolGeometry& g, Body&& body) {
  const std::int64_t positions = g.batch * g.pooled_side() * g.pooled_side();
  const std::int64_t grain = std::max<std::int64_t>(1, 16384 / std::max<std::int64_t>(1, g.channels));
  parallel_for(0, positions, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t position = begin; position < end; ++position) {
      const Window window = window_at(g, position);
      for (std::int64_t c = 0; c < g.channels; c += strip) {
        body(position, window, c, static_cast<int>(std::min<std::int64_t>(strip, g.channels - c)));
      }
    }
  });
}

template <class T>
std::array<Strip, 4> load_window(const T* x, const Window& window, std::int64_t channel, int count) {
  std::array<Strip, 4> values;
  for (std::size_t k = 0; k < 4; ++k) load(x + window.pixel[k] + channel, count, values[k]);
  return values;
}

template <class F, class T>
void forward(const F& f, const PoolGeometry& g, const Dropout& dropout, const T* x, T* y) {
  for_each_strip(g, [&](std::int64_t position, const Window& window, std::int64_t channel, int count) {
    const std::int64_t first = position * g.channels + channel;
    Strip result{};
    if (g.pool) {
      const auto in = load_window(x, window, channel, count);
      for (std::size_t c = 0; c < static_cast<std::size_t>(count); ++c) {
        result[c] = f.value(winner_of(f, in[0][c], in[1][c], in[2][c], in[3][c]).x);
      }
    } else {
      load(x + window.pixel[0] + channel, count, result);
      for (std::size_t c = 0; c < static_cast<std::size_t>(count); ++c) result[c] = f.value(result[c]);
    }
    if (dropout.active()) {
      Strip mask;
      draw_mask(dropout, first, count, mask);
      for (std::size_t c = 0; c < static_cast<std::size_t>(count); ++c) result[c] *= mask[c];
    }
    store(result, count, y + first);
  });
}

template <class F, class T>
void backward(const F& f, const PoolGeometry& g, const Dropout& dropout, T* x, const T* y_gradient) {
  for_each_strip(g, [&](std::int64_t position, const Window& window, std::int64_t channel, int count) {
    const std::int64_t first = position * g.channels + channel;
    Strip gradient;
    load(y_gradient + first, count, gradient);
    if (dropout.active()) {
      Strip mask;
      draw_mask(dropout, first, count, mask);
      for (std::size_t c = 0; c < static_cast<std::size_t>(count); ++c) gradient[c] *= mask[c];
    }
    if (!g.pool) {
      Strip in;
      load(x + window.pixel[0] + channel, count, in);
      for (std::size_t c = 0; c < static_cast<std::size_t>(count); ++c) gradient[c] *= f.derivative(in[c]);
      store(gradient, count, x + window.pixel[0] + channel);
      return;
    }
    const auto in = load_window(x, window, channel, count);
    std::array<Strip, 4> out;
    for (std::size_t c = 0; c < static_cast<std::size_t>(count); ++c) {
      const Winner winner = winner_of(f, in[0][c], in[1][c], in[2][c], in[3][c]);
      const float value = gradient[c] * f.derivative(winner.x);
      out[0][c] = winner.place == 0 ? value : 0.0f;
      out[1][c] = winner.place == 1 ? value : 0.0f;
      out[2][c] = winner.place == 2 ? value : 0.0f;
      out[3][c] = winner.place == 3 ? value : 0.0f;
    }
    for (std::size_t k = 0; k < 4; ++k) {
      if (window.inside[k]) store(out[k], count, x + window.pixel[k] + channel);
    }
  });
}

}  // namespace

void pool_activation_dropout_forward(const activation::Activation& activation, const PoolGeometry& geometry,
                                     const Dropout& dropout, Buffer x, Buffer y) {
  require_cpu(x, "pool_activation_dropout_forward");
  for_element(x.element, [&]<class T>(T) {
    std::visit([&](const auto& f) { forward(f, geometry, dropout, x.as<const T>(), y.as<T>()); }, activation);
  });
}

void pool_activation_dropout_backward(const activation::Activation& activation, const PoolGeometry& geometry,
                                      const Dropout& dropout, Buffer x, Buffer y_gradient) {
  require_cpu(x, "pool_activation_dropout_backward");
  for_element(x.element, [&]<class T>(T) {
    std::visit([&](const auto& f) { backward(f, geometry, dropout, x.as<T>(), y_gradient.as<const T>()); },
               activation);
  });
}

}  // namespace elubench::kernel
