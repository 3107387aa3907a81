// Neighbouring elements of 16 bytes, read or written by one instruction of a device where their address allows it.
#pragma once

#include <cstdint>

#include "kernel/bfloat16.h"

namespace elubench::kernel {

template <class T>
inline constexpr int pack_width = 16 / static_cast<int>(sizeof(T));

template <class T, int width>
struct alignas(width * sizeof(T)) Pack {
  T value[width];
};

template <class P>
ELUBENCH_HOST_DEVICE bool is_aligned(const void* address) {
  return reinterpret_cast<std::uintptr_t>(address) % sizeof(P) == 0;
}

// Up to pack_width elements as float; the others are 0. Rows that are a multiple of four elements, and of no more,
// are read by fours.
template <class T>
ELUBENCH_HOST_DEVICE void load(const T* from, int count, float* to) {
  constexpr int width = pack_width<T>;
  using Whole = Pack<T, width>;
  using Four = Pack<T, 4>;
  if (count == width && is_aligned<Whole>(from)) {
    const Whole pack = *reinterpret_cast<const Whole*>(from);
    for (int i = 0; i < width; ++i) to[i] = to_float(pack.value[i]);
  } else if (count % 4 == 0 && is_aligned<Four>(from)) {
    for (int first = 0; first < width; first += 4) {
      const Four pack = first < count ? *reinterpret_cast<const Four*>(from + first) : Four{};
      for (int i = 0; i < 4; ++i) to[first + i] = first < count ? to_float(pack.value[i]) : 0.0f;
    }
  } else {
    for (int i = 0; i < width; ++i) to[i] = i < count ? to_float(from[i]) : 0.0f;
  }
}

template <class T>
ELUBENCH_HOST_DEVICE void store(const float* from, int count, T* to) {
  constexpr int width = pack_width<T>;
  using Whole = Pack<T, width>;
  using Four = Pack<T, 4>;
  if (count == width && is_aligned<Whole>(to)) {
    Whole pack;
    for (int i = 0; i < width; ++i) pack.value[i] = from_float<T>(from[i]);
    *reinterpret_cast<Whole*>(to) = pack;
  } else if (count % 4 == 0 && is_aligned<Four>(to)) {
    for (int first = 0; first < width; first += 4) {
      Four pack;
      for (int i = 0; i < 4; ++i) pack.value[i] = from_float<T>(from[first + i]);
      if (first < count) *reinterpret_cast<Four*>(to + first) = pack;
    }
  } else {
    for (int i = 0; i < width; ++i) {
      if (i < count) to[i] = from_float<T>(from[i]);
    }
  }
}

}  // namespace elubench::kernel
