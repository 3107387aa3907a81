// Compiled for processors with AMX whatever the rest of the program is compiled for: nothing of the standard
// library may be instantiated here, because the linker could take it for the rest, too.
#include "convolution/amx_tiles.h"

#include <immintrin.h>

namespace elubench::convolution::amx {
namespace {

constexpr std::int64_t half = 16;  // rows or columns of a tile

// (16) pairs of the numbers of two positions.
__m512i interleave(const std::uint16_t* even, const std::uint16_t* odd, __mmask16 wanted) {
  const __m512i low = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(wanted, even));
  const __m512i high = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(wanted, odd));
  return _mm512_or_si512(low, _mm512_slli_epi32(high, 16));
}

__mmask16 columns_left(std::int64_t columns) {
  return columns >= half ? __mmask16{0xffff} : static_cast<__mmask16>((1u << columns) - 1);
}

// A 16 x 16 matrix of 32-bit words.
void transpose(__m512i m[16]) {
  __m512i t[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(m[i], m[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(m[i], m[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    m[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    m[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    m[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    m[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int i = 0; i < 4; ++i) {
    t[i] = _mm512_shuffle_i32x4(m[i], m[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_i32x4(m[i], m[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_i32x4(m[i + 8], m[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_i32x4(m[i + 8], m[i + 12], 0xdd);
  }
  for (int i = 0; i < 4; ++i) {
    m[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
    m[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
    m[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
    m[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xdd);
  }
}

struct alignas(64) Configuration {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t bytes_a_row[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
static_assert(sizeof(Configuration) == 64);

// In memory for good: to GCC 12, what loads it reads its first bytes only, and it would not write the others.
constexpr Configuration configuration;

constexpr std::int64_t tile = half * half;
constexpr std::int64_t tile_row = half * static_cast<std::int64_t>(sizeof(float));  // bytes, as of every tile
constexpr std::int64_t pair_row = block_side * 2;                                   // numbers

template <bool two_rows, bool two_columns>
void load(const float* result) {
  _tile_loadd(0, result, tile_row);
  if constexpr (two_columns) _tile_loadd(1, result + tile, tile_row);
  if constexpr (two_rows) _tile_loadd(2, result + 2 * tile, tile_row);
  if constexpr (two_rows && two_columns) _tile_loadd(3, result + 3 * tile, tile_row);
}

template <bool two_rows, bool two_columns>
void store(float* result) {
  _tile_stored(0, result, tile_row);
  if constexpr (two_columns) _tile_stored(1, result + tile, tile_row);
  if constexpr (two_rows) _tile_stored(2, result + 2 * tile, tile_row);
  if constexpr (two_rows && two_columns) _tile_stored(3, result + 3 * tile, tile_row);
}

void clear() {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
}

template <bool two_rows, bool two_columns>
void multiply(const BlockProduct& factors, bool adds_up, float* result) {
  const std::int64_t row = factors.row_stride * 2;  // bytes
  const std::uint16_t* first = factors.first;
  const std::uint16_t* second = factors.second;
  if (adds_up) {
    load<two_rows, two_columns>(result);
  } else {
    clear();
  }
  for (std::int64_t group = 0; group < factors.groups; ++group) {
    _tile_loadd(4, first, row);
    _tile_loadd(6, second, pair_row * 2);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (two_columns) {
      _tile_loadd(7, second + block_side, pair_row * 2);
      _tile_dpbf16ps(1, 4, 7);
    }
    if constexpr (two_rows) {
      _tile_loadd(5, first + half * factors.row_stride, row);
      _tile_dpbf16ps(2, 5, 6);
      if constexpr (two_columns) _tile_dpbf16ps(3, 5, 7);
    }
    first += position_group;
    second += half * pair_row;
  }
  store<two_rows, two_columns>(result);
}

}  // namespace

Tiles::Tiles() { _tile_loadconfig(&configuration); }

Tiles::~Tiles() { _tile_release(); }

void pack_turned(const std::uint16_t* const rows[position_group], std::int64_t columns, std::int64_t column_stride,
                 std::int64_t block_stride, std::uint16_t* to) {
  for (std::int64_t column = 0; column < columns; column += half) {
    const __mmask16 wanted = columns_left(columns - column);
    __m512i pairs[16];
    for (int p = 0; p < 16; ++p) pairs[p] = interleave(rows[2 * p] + column, rows[2 * p + 1] + column, wanted);
    transpose(pairs);
    std::uint16_t* block = to + column / block_side * block_stride + column % block_side * column_stride;
    for (int c = 0; c < 16; ++c) _mm512_storeu_si512(block + c * column_stride, pairs[c]);
  }
}

void pack_pairs(const std::uint16_t* const rows[position_group], std::int64_t columns, std::int64_t block_stride,
                std::uint16_t* to) {
  for (std::int64_t column = 0; column < columns; column += half) {
    const __mmask16 wanted = columns_left(columns - column);
    std::uint16_t* block = to + column / block_side * block_stride + column % block_side * 2;
    for (int p = 0; p < 16; ++p) {
      _mm512_storeu_si512(block + p * pair_row,
                          interleave(rows[2 * p] + column, rows[2 * p + 1] + column, wanted));
    }
  }
}

void multiply_block(const BlockProduct& factors, bool adds_up, float* result) {
  if (factors.two_rows) {
    factors.two_columns ? multiply<true, true>(factors, adds_up, result)
                        : multiply<true, false>(factors, adds_up, result);
  } else {
    factors.two_columns ? multiply<false, true>(factors, adds_up, result)
                        : multiply<false, false>(factors, adds_up, result);
  }
}

void add_up(const std::uint16_t* positions, std::int64_t groups, float sums[16]) {
  __m512 sum = _mm512_loadu_ps(sums);
  for (std::int64_t group = 0; group < groups; ++group) {
    const __m512i pairs = _mm512_loadu_si512(positions + group * position_group);
    sum = _mm512_add_ps(sum, _mm512_castsi512_ps(_mm512_slli_epi32(pairs, 16)));
    sum = _mm512_add_ps(sum, _mm512_castsi512_ps(_mm512_and_si512(pairs, _mm512_set1_epi32(~0xffff))));
  }
  _mm512_storeu_ps(sums, sum);
}

}  // namespace elubench::convolution::amx
