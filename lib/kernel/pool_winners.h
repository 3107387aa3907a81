// Max-pooling of a strip of the output: who won each window, and what each pixel then receives. On the host, in
// plain loops over numbers of one width, which the compiler turns into SIMD.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernel/pool_window.h"
#include "kernel/rank.h"

namespace elubench::kernel {

// Calls body(window, channel, place in the strip, count) for every window that `count` elements of the output from
// `first` on, at least one, belong to: they are the window's channels from `channel` on.
template <class Body>
void for_each_window(const PoolGeometry& g, std::int64_t first, int count, const Body& body) {
  const std::int64_t side = g.pooled_side();
  std::int64_t position = first / g.channels, channel = first % g.channels;
  int at = 0;
  do {
    const int channels = static_cast<int>(std::min<std::int64_t>(g.channels - channel, count - at));
    body(window_at(g, position / side / side, position / side % side, position % side), channel, at, channels);
    at += channels;
    channel = 0;
    ++position;
  } while (at < count);
}

// What won, and where it lies in the window: 0..3, row by row.
template <class B>
struct RankedWinner {
  B bits, place;
};

// As winner_of, where f is monotone.
template <class B>
RankedWinner<B> largest_of(B x0, B x1, B x2, B x3) {
  RankedWinner<B> winner{x0, 0};
  B best = rank_of(x0);
  const auto consider = [&](B x, B place) {
    const B rank = rank_of(x);
    const bool better = rank > best;
    best = better ? rank : best;
    winner.bits = better ? x : winner.bits;
    winner.place = better ? place : winner.place;
  };
  consider(x1, 1);
  consider(x2, 2);
  consider(x3, 3);
  return winner;
}

// One window's winners: of `count` channels, the first of which lies at x in the images. placed: whether their
// places are wanted, too.
template <bool placed, class F, class T>
[[gnu::flatten]] void find_winners(const F& f, const T* x, const Window& window, int count, T* __restrict winner,
                                   Bits<T>* __restrict place) {
  const T* __restrict x0 = x + window.pixel[0];
  const T* __restrict x1 = x + window.pixel[1];
  const T* __restrict x2 = x + window.pixel[2];
  const T* __restrict x3 = x + window.pixel[3];
  for (int c = 0; c < count; ++c) {
    if constexpr (F::monotone) {
      const auto found = largest_of(bits_of(x0[c]), bits_of(x1[c]), bits_of(x2[c]), bits_of(x3[c]));
      winner[c] = from_bits<T>(found.bits);
      if constexpr (placed) place[c] = found.place;
    } else {
      const Winner found = winner_of(f, to_float(x0[c]), to_float(x1[c]), to_float(x2[c]), to_float(x3[c]));
      winner[c] = from_float<T>(found.x);
      if constexpr (placed) place[c] = static_cast<Bits<T>>(found.place);
    }
  }
}

// Writes one pixel of a window: the gradient where it won, 0 where another did.
template <class T>
void hand_out(const T* __restrict gradient, const Bits<T>* __restrict place, int pixel, int count,
              T* __restrict x) {
  const auto here = static_cast<Bits<T>>(pixel);
  for (int c = 0; c < count; ++c) {
    const Bits<T> bits = bits_of(gradient[c]);
    x[c] = from_bits<T>(place[c] == here ? bits : Bits<T>{0});
  }
}

}  // namespace elubench::kernel
