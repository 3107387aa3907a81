// The positions over which a weight's gradient is summed, and what lies at each: a row of numbers of the input,
// and one of the output's gradient. Free of LibTorch.
//
// gradient[o, tap, c] = sum over positions p of output_gradient[p, o] * input[p + shift(tap), c]
//
// Input and output share one grid of positions: image by image, row by row, with as many columns and rows of zeros
// after those of each image as the taps reach beyond it. So the factors are laid out once for all taps. Where that
// would cost more, a position is one of the output's, with all the input that it sees, and there is one tap.
#pragma once

#include <cstdint>
#include <vector>

#include "convolution/geometry.h"

namespace elubench::convolution {

class AmxPositions {
 public:
  using Row = const std::uint16_t*;  // bfloat16, as its bits
  static constexpr std::int64_t at_once = 32;

  explicit AmxPositions(const Geometry& geometry);

  std::int64_t count() const { return count_; }
  std::int64_t input_columns() const { return input_columns_; }
  const std::vector<std::int64_t>& shifts() const { return shifts_; }  // of each tap, by rows
  std::int64_t reach() const;                                          // the largest shift, either way

  // The rows at positions [first, first + 32), which may lie outside the grid: there are zeros. `patches` is
  // overwritten; rows may lie in it.
  void input_rows(Row input, std::int64_t first, std::vector<std::uint16_t>& patches, Row rows[at_once]) const;
  void output_rows(Row output_gradient, std::int64_t first, Row rows[at_once]) const;

 private:
  struct Pixel {
    std::int64_t image, row, column;
  };
  Pixel pixel_of(std::int64_t position) const;
  void copy_patch(Row input, const Pixel& output, std::uint16_t* to) const;

  Geometry g_;
  bool one_tap_;       // of all the input that an output sees
  std::int64_t side_;  // positions from a row to the next, and rows from an image to the next
  std::int64_t count_, input_columns_;
  std::vector<std::int64_t> shifts_;
  std::vector<std::uint16_t> zeros_;
};

}  // namespace elubench::convolution
