// Four neighbouring elements, read or written by one instruction of a device where their address allows it.
#pragma once

#include <cstdint>

#include "kernel/bfloat16.h"

namespace elubench::kernel {

template <class T>
struct alignas(4 * sizeof(T)) Pack {
  T value[4];
};

// Up to four elements as float; the others are 0.
template <class T>
ELUBENCH_HOST_DEVICE void load(const T* from, int count, float* to) {
  if (count == 4 && reinterpret_cast<std::uintptr_t>(from) % sizeof(Pack<T>) == 0) {
    const Pack<T> pack = *reinterpret_cast<const Pack<T>*>(from);
    for (int i = 0; i < 4; ++i) to[i] = to_float(pack.value[i]);
  } else {
    for (int i = 0; i < 4; ++i) to[i] = i < count ? to_float(from[i]) : 0.0f;
  }
}

template <class T>
ELUBENCH_HOST_DEVICE void store(const float* from, int count, T* to) {
  if (count == 4 && reinterpret_cast<std::uintptr_t>(to) % sizeof(Pack<T>) == 0) {
    Pack<T> pack;
    for (int i = 0; i < 4; ++i) pack.value[i] = from_float<T>(from[i]);
    *reinterpret_cast<Pack<T>*>(to) = pack;
  } else {
    for (int i = 0; i < 4; ++i) {
      if (i < count) to[i] = from_float<T>(from[i]);
    }
  }
}

}  // namespace elubench::kernel
