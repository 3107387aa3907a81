// Of F(rows x columns, r x r): the outputs of a convolution that are made of one transformed patch of its input
// (see cook_toom.h). Free of LibTorch.
#pragma once

#include <cstdint>

namespace elubench::convolution {

struct WinogradTile {
  std::int64_t rows, columns;

  friend bool operator==(const WinogradTile&, const WinogradTile&) = default;

  // For each pair of channels, in so many rows.
  std::int64_t product_rows(std::int64_t receptive_field) const { return rows + receptive_field - 1; }
  std::int64_t products(std::int64_t receptive_field) const {
    return product_rows(receptive_field) * (columns + receptive_field - 1);
  }

  // That cover an image; those at its end may reach beyond.
  std::int64_t tiles_down(std::int64_t side) const { return (side + rows - 1) / rows; }
  std::int64_t tiles_across(std::int64_t side) const { return (side + columns - 1) / columns; }
  std::int64_t tiles(std::int64_t side) const { return tiles_down(side) * tiles_across(side); }
};

// Some of a tile's products.
struct ProductRange {
  std::int64_t first, count;

  std::int64_t end() const { return first + count; }
};

inline constexpr WinogradTile tile_2x2{2, 2}, tile_2x4{2, 4}, tile_3x3{3, 3}, tile_4x4{4, 4};

}  // namespace elubench::convolution
