// For a test: included before amx_tiles.cc, it puts plain C++ in place of AMX's instructions, so that all but the
// matrix unit itself is tried on processors that have none. What each does is from Intel's Software Developer's
// Manual, volume 2, under the instruction's name.
#pragma once

#include <immintrin.h>

#include <cmath>
#include <cstdint>
#include <cstring>

namespace elubench::convolution::amx::software {

constexpr int rows = 16, columns = 16;  // 64 bytes a row: 16 numbers of float32, or pairs of bfloat16

struct Registers {
  bool configured = false;
  std::uint32_t tiles[8][rows][columns];
};

inline thread_local Registers registers;

// An instruction on tiles that no configuration has been loaded for is an invalid one; so it is here.
inline std::uint32_t (&tile(int index))[rows][columns] {
  if (!registers.configured) __builtin_trap();
  return registers.tiles[index];
}

// LDTILECFG clears the tiles.
inline void load_configuration(const void* configuration) {
  std::uint8_t bytes[64];
  std::memcpy(bytes, configuration, sizeof bytes);
  if (bytes[0] != 1) __builtin_trap();
  for (int t = 0; t < 8; ++t) {
    if (bytes[16 + 2 * t] != 64 || bytes[17 + 2 * t] != 0 || bytes[48 + t] != rows) __builtin_trap();
  }
  registers = {.configured = true, .tiles = {}};
}

inline void release() { registers.configured = false; }

inline void load(int to, const void* from, std::int64_t stride) {
  for (int row = 0; row < rows; ++row)
    std::memcpy(tile(to)[row], static_cast<const char*>(from) + row * stride, sizeof tile(to)[row]);
}

inline void store(int from, void* to, std::int64_t stride) {
  for (int row = 0; row < rows; ++row)
    std::memcpy(static_cast<char*>(to) + row * stride, tile(from)[row], sizeof tile(from)[row]);
}

inline void zero(int index) { std::memset(tile(index), 0, sizeof tile(index)); }

inline float number(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}
inline float even_of(std::uint32_t pair) { return number(pair << 16); }
inline float odd_of(std::uint32_t pair) { return number(pair & 0xffff0000u); }

// TDPBF16PS: products of the even places and of the odd ones are summed apart, then added to each other and then
// to what is there. Not as there, numbers too small for float32's normal range are kept.
inline void multiply_and_add(int to, int first, int second) {
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      float even = 0, odd = 0;
      for (int k = 0; k < columns; ++k) {
        const std::uint32_t a = tile(first)[row][k], b = tile(second)[k][column];
        even = std::fma(even_of(a), even_of(b), even);
        odd = std::fma(odd_of(a), odd_of(b), odd);
      }
      const float sum = number(tile(to)[row][column]) + (even + odd);
      std::memcpy(&tile(to)[row][column], &sum, sizeof sum);
    }
  }
}

}  // namespace elubench::convolution::amx::software

#undef _tile_loadconfig
#undef _tile_release
#undef _tile_loadd
#undef _tile_stored
#undef _tile_zero
#undef _tile_dpbf16ps
#define _tile_loadconfig(from) software::load_configuration(from)
#define _tile_release() software::release()
#define _tile_loadd(to, from, stride) software::load(to, from, stride)
#define _tile_stored(from, to, stride) software::store(from, to, stride)
#define _tile_zero(tile) software::zero(tile)
#define _tile_dpbf16ps(to, first, second) software::multiply_and_add(to, first, second)
