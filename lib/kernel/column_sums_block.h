// Sums over rows as a block of a device's threads computes them: some packs of neighbouring columns, of a strip of
// rows. Its threads share out the rows, and add up what each found. Plain C++, so that a host can run the threads
// of a phase one after the other.
#pragma once

#include "kernel/column_sums.h"
#include "kernel/pack.h"

namespace elubench::kernel {

// Where the sum of a column goes.
struct SumsByStrip {
  float* sums;  // (strips, columns)
  std::int64_t columns;

  ELUBENCH_HOST_DEVICE void operator()(std::int64_t strip, std::int64_t column, float sum) const {
    sums[strip * columns + column] = sum;
  }
};

template <class T, class Output>
struct ColumnSumsBlock {
  static constexpr int width = pack_width<T>;
  static constexpr int packs = 32;
  static constexpr int lanes = 8;  // rows at a time
  static constexpr int threads = packs * lanes;
  static constexpr int phases = 2;

  struct Shared {
    float sum[lanes][packs * width];
  };

  const T* matrix;
  std::int64_t rows, columns, rows_of_strip;
  Output output;

  std::int64_t blocks_across() const { return (columns + packs * width - 1) / (packs * width); }
  std::int64_t blocks_down() const { return (rows + rows_of_strip - 1) / rows_of_strip; }

  ELUBENCH_HOST_DEVICE void run(int phase, std::int64_t across, std::int64_t strip, int thread,
                                Shared& shared) const {
    const int pack = thread % packs;
    const int lane = thread / packs;
    const std::int64_t column = (across * packs + pack) * width;
    const std::int64_t left = columns - column;
    if (left <= 0) return;
    const int count = static_cast<int>(left < width ? left : width);
    if (phase == 0) {
      add_rows(strip, lane, column, count, shared.sum[lane] + pack * width);
    } else if (lane == 0) {
      for (int c = 0; c < count; ++c) output(strip, column + c, sum_of_lanes(shared, pack * width + c));
    }
  }

 private:
  ELUBENCH_HOST_DEVICE void add_rows(std::int64_t strip, int lane, std::int64_t column, int count,
                                     float* to) const {
    const std::int64_t end = (strip + 1) * rows_of_strip < rows ? (strip + 1) * rows_of_strip : rows;
    float sum[width] = {};
    for (std::int64_t row = strip * rows_of_strip + lane; row < end; row += lanes) {
      float part[width];
      load(matrix + row * columns + column, count, part);
      for (int c = 0; c < width; ++c) sum[c] += part[c];
    }
    for (int c = 0; c < width; ++c) to[c] = sum[c];
  }

  ELUBENCH_HOST_DEVICE static float sum_of_lanes(const Shared& shared, int column) {
    float sum = 0;
    for (int lane = 0; lane < lanes; ++lane) sum += shared.sum[lane][column];
    return sum;
  }
};

}  // namespace elubench::kernel
