#include "kernel/pool_activation_dropout.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/parallel.h"
#include "kernel/cuda/kernels.h"
#include "kernel/pool_winners.h"

namespace elubench::kernel {
namespace {

// Outputs are worked on in strips, which nearly all stay in a core's first cache from one pass over them to the
// next. Each pass is a plain loop that the compiler turns into SIMD, if all that it calls is inlined.
constexpr int strip = 1024;
template <class T>
using Strip = std::array<T, strip>;

// Calls body(first element, count of elements) for every strip of the output.
template <class Body>
void for_each_strip(const PoolGeometry& g, const Body& body) {
  const std::int64_t elements = g.batch * g.pooled_side() * g.pooled_side() * g.channels;
  parallel_for(0, (elements + strip - 1) / strip, 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t first = begin * strip; first < std::min(end * strip, elements); first += strip)
      body(first, static_cast<int>(std::min<std::int64_t>(strip, elements - first)));
  });
}

// What the elements of a strip are multiplied with, by the random numbers drawn for them.
struct Mask {
  const std::uint32_t* __restrict words;
  std::uint32_t threshold;
  float scale;

  float operator[](int c) const { return words[c] < threshold ? 0.0f : scale; }
};

// Four elements share one block of random numbers, and a strip begins with one.
template <bool drops>
Mask draw_mask(const Dropout& dropout, std::int64_t first, int count, Strip<std::uint32_t>& words) {
  static_assert(strip % 4 == 0);
  if constexpr (drops) {
    random::draw_blocks(dropout.stream(), static_cast<std::uint64_t>(first) / 4,
                        (static_cast<std::uint64_t>(count) + 3) / 4, words.data());
  }
  return {words.data(), dropout.threshold, dropout.scale};
}

template <bool drops, class F, class T>
[[gnu::flatten]] void activate(const F& f, const T* __restrict x, Mask mask, int count, float* __restrict y) {
  for (int c = 0; c < count; ++c) {
    y[c] = f.value(to_float(x[c]));
    if constexpr (drops) y[c] *= mask[c];
  }
}

template <bool drops, class F, class T>
[[gnu::flatten]] void differentiate(const F& f, const T* __restrict x, Mask mask, const T* __restrict y_gradient,
                                    int count, float* __restrict x_gradient) {
  for (int c = 0; c < count; ++c) {
    float gradient = to_float(y_gradient[c]);
    if constexpr (drops) gradient *= mask[c];
    x_gradient[c] = gradient * f.derivative(to_float(x[c]));
  }
}

// A pass of its own: in one with f, GCC 12 rounds both of what f chooses between, and chooses then.
template <class T>
void round_to(const float* __restrict from, int count, T* __restrict to) {
  for (int c = 0; c < count; ++c) to[c] = from_float<T>(from[c]);
}

// Finds the winners of a strip from its element `first` on. Returns where they lie.
template <bool pools, bool placed, class F, class T>
const T* winners_of(const F& f, const PoolGeometry& g, const T* x, std::int64_t first, int count,
                    Strip<T>& winners, Strip<Bits<T>>& places) {
  if constexpr (pools) {
    for_each_window(g, first, count, [&](const Window& window, std::int64_t channel, int at, int channels) {
      find_winners<placed>(f, x + channel, window, channels, winners.data() + at, places.data() + at);
    });
    return winners.data();
  } else {
    return x + first;
  }
}

template <bool pools, bool drops, class F, class T>
void forward(const F& f, const PoolGeometry& g, const Dropout& dropout, const T* x, T* y,
             const PoolWinners* kept) {
  for_each_strip(g, [&](std::int64_t first, int count) {
    Strip<std::uint32_t> words;
    Strip<float> values;
    Strip<T> winners;
    Strip<Bits<T>> places;
    const T* const from = kept ? winners_of<pools, true>(f, g, x, first, count, winners, places)
                               : winners_of<pools, false>(f, g, x, first, count, winners, places);
    if (kept) {
      std::copy_n(from, count, kept->x.as<T>() + first);
      if constexpr (pools) std::copy_n(places.data(), count, kept->places + first);
    }
    const Mask mask = draw_mask<drops>(dropout, first, count, words);
    if constexpr (std::is_same_v<T, float>) {
      activate<drops>(f, from, mask, count, y + first);
    } else {
      activate<drops>(f, from, mask, count, values.data());
      round_to(values.data(), count, y + first);
    }
  });
}

template <bool pools, bool drops, class F, class T>
void backward(const F& f, const PoolGeometry& g, const Dropout& dropout, T* x, const T* y_gradient,
              const PoolWinners* kept) {
  for_each_strip(g, [&](std::int64_t first, int count) {
    Strip<std::uint32_t> words;
    Strip<float> values;
    Strip<T> winners, gradients;
    Strip<Bits<T>> places;
    const T* const from = kept ? kept->x.as<const T>() + first
                               : winners_of<pools, true>(f, g, std::as_const(x), first, count, winners, places);
    if (pools && kept) std::copy_n(kept->places + first, count, places.data());
    T* const to = pools ? gradients.data() : x + first;
    const Mask mask = draw_mask<drops>(dropout, first, count, words);
    differentiate<drops>(f, from, mask, y_gradient + first, count, values.data());
    round_to(values.data(), count, to);
    if constexpr (pools) {
      for_each_window(g, first, count, [&](const Window& window, std::int64_t channel, int at, int channels) {
        for (int k = 0; k < 4; ++k) {
          if (!window.inside[k]) continue;  // lies where the first one does
          hand_out(gradients.data() + at, places.data() + at, k, channels, x + window.pixel[k] + channel);
        }
      });
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
                                     const Dropout& dropout, Buffer x, Buffer y, const PoolWinners* kept) {
  if (x.device == Device::cuda) return cuda::pool_activation_dropout_forward(activation, geometry, dropout, x, y);
  for_element(x.element, [&]<class T>(T) {
    std::visit(
        [&](const auto& f) {
          for_case(geometry, dropout, [&]<bool pools, bool drops>() {
            forward<pools, drops>(f, geometry, dropout, x.as<const T>(), y.as<T>(), kept);
          });
        },
        activation);
  });
}

void pool_activation_dropout_backward(const activation::Activation& activation, const PoolGeometry& geometry,
                                      const Dropout& dropout, Buffer x, Buffer y_gradient,
                                      const PoolWinners* kept) {
  if (x.device == Device::cuda)
    return cuda::pool_activation_dropout_backward(activation, geometry, dropout, x, y_gradient);
  for_element(x.element, [&]<class T>(T) {
    std::visit(
        [&](const auto& f) {
          for_case(geometry, dropout, [&]<bool pools, bool drops>() {
            backward<pools, drops>(f, geometry, dropout, x.as<T>(), y_gradient.as<const T>(), kept);
          });
        },
        activation);
  });
}

}  // namespace elubench::kernel
