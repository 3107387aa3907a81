// What Intel's AMX instructions compute here, on plain memory: a product of bfloat16 matrices over many positions,
// and the two layouts that its factors need. bfloat16 numbers are written as their 16 bits.
//
// A block of the product is 32 rows by 32 columns, which four tile registers hold.
#pragma once

#include <cstdint>

namespace elubench::convolution::amx {

inline constexpr std::int64_t block_side = 32;      // rows, or columns, of a block of the product
inline constexpr std::int64_t position_group = 32;  // positions that an instruction multiplies and adds
inline constexpr std::int64_t block_size = block_side * block_side;

// The tile registers of the calling thread, while it lives.
class Tiles {
 public:
  Tiles();
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;
  ~Tiles();
};

// Takes 32 rows, one a position, each of `columns` numbers. Writes blocks of 32 columns, `block_stride` numbers
// apart; in one, column c of this group lies in to[c * column_stride ... + 32]: the first factor's layout. Columns
// beyond the last are zero up to a multiple of 16.
void pack_turned(const std::uint16_t* const rows[position_group], std::int64_t columns, std::int64_t column_stride,
                 std::int64_t block_stride, std::uint16_t* to);

// The second factor's layout: in a block, of this group to[(p / 2) * 64 + c * 2 + p % 2] is column c at position
// p.
void pack_pairs(const std::uint16_t* const rows[position_group], std::int64_t columns, std::int64_t block_stride,
                std::uint16_t* to);

struct BlockProduct {
  const std::uint16_t* first;   // (32, row_stride)
  std::int64_t row_stride;      // numbers
  const std::uint16_t* second;  // (groups, 16, 32, 2)
  std::int64_t groups;          // of 32 positions
  bool two_rows, two_columns;   // of tiles: whether more than 16 rows, and columns, are wanted
};

// result = [result +] first second, over the positions in order. `result` is four tiles of (16, 16), those of the
// first 16 rows first; tiles that are not wanted are left alone. Numbers too small for float32's normal range
// count as zero.
void multiply_block(const BlockProduct& factors, bool adds_up, float* result);

// sums[lane] += the numbers at positions 2 * lane and 2 * lane + 1 of each of the groups.
void add_up(const std::uint16_t* positions, std::int64_t groups, float sums[16]);

}  // namespace elubench::convolution::amx
