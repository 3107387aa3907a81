// Sums over the rows of a matrix, in float32 and in an order that depends on its size alone.
#pragma once

#include <cstdint>

#include "kernel/buffer.h"

namespace elubench::kernel {

// How many strips of rows are summed apart at first: column_sums() wants memory for the sums of each.
std::int64_t column_sum_strips(std::int64_t rows);

// sums[c] = sum over r of matrix[r][c]. strips: (column_sum_strips(rows), columns), overwritten; like `sums` on
// the matrix's device. Null will do for one strip.
void column_sums(Buffer matrix, std::int64_t rows, std::int64_t columns, float* strips, float* sums);

}  // namespace elubench::kernel
