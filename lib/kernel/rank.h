// The order of numbers as that of integers of the same width, which SIMD compares and chooses by without widening
// them to float. On the host.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "kernel/bfloat16.h"

namespace elubench::kernel {

// A number's bits, signed.
template <class T>
using Bits = std::conditional_t<std::is_same_v<T, Bfloat16>, std::int16_t, std::int32_t>;

inline std::int16_t bits_of(Bfloat16 x) { return static_cast<std::int16_t>(x.bits); }
inline std::int32_t bits_of(float x) { return std::bit_cast<std::int32_t>(x); }

template <class T>
T from_bits(Bits<T> bits);
template <>
inline Bfloat16 from_bits<Bfloat16>(std::int16_t bits) {
  return {static_cast<std::uint16_t>(bits)};
}
template <>
inline float from_bits<float>(std::int32_t bits) {
  return std::bit_cast<float>(bits);
}

// rank_of(bits_of(a)) > rank_of(bits_of(b)) where a > b, and where only a is NaN; else it is not: the zeros have
// one rank, and so has every NaN.
template <class B>
B rank_of(B bits) {
  constexpr B largest = std::numeric_limits<B>::max();
  constexpr B infinity = std::is_same_v<B, std::int16_t> ? 0x7F80 : static_cast<B>(0x7F800000);
  const B magnitude = static_cast<B>(bits & largest);
  const B rank = bits < 0 ? static_cast<B>(-magnitude) : magnitude;
  return magnitude > infinity ? largest : rank;
}

}  // namespace elubench::kernel
