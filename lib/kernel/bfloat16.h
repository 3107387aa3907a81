// The upper half of a float: 8 bits of exponent, 7 of mantissa.
#pragma once

#include <bit>
#include <cstdint>

#include "base/host_device.h"

namespace elubench::kernel {

struct Bfloat16 {
  std::uint16_t bits;
};

ELUBENCH_HOST_DEVICE inline float to_float(float x) { return x; }
ELUBENCH_HOST_DEVICE inline float to_float(Bfloat16 x) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(x.bits) << 16);
}

// Rounds to nearest, ties to even; NaN stays NaN.
template <class T>
ELUBENCH_HOST_DEVICE T from_float(float x);

template <>
ELUBENCH_HOST_DEVICE inline float from_float<float>(float x) {
  return x;
}
template <>
ELUBENCH_HOST_DEVICE inline Bfloat16 from_float<Bfloat16>(float x) {
#ifdef __CUDA_ARCH__
  std::uint16_t rounded_by_device;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(rounded_by_device) : "f"(x));
  return {rounded_by_device};
#else
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
  return {static_cast<std::uint16_t>(x == x ? rounded : 0x7FC0u)};
#endif
}

}  // namespace elubench::kernel
