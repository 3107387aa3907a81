#include "kernel/column_sums.h"

#include <algorithm>

#include "kernel/column_sums_block.h"
#include "kernel/cuda/kernels.h"
#include "kernel/host_blocks.h"

namespace elubench::kernel {
namespace {

constexpr std::int64_t rows_of_one_strip = 512;  // that many the second pass sums at once
constexpr std::int64_t least_rows = 64;
constexpr std::int64_t most_strips = 264;  // two for each multiprocessor of an H100

std::int64_t divided_up(std::int64_t number, std::int64_t divisor) { return (number + divisor - 1) / divisor; }

template <class T>
void sum(const T* matrix, std::int64_t rows, std::int64_t columns, std::int64_t strips, float* sums) {
  run_blocks(ColumnSumsBlock<T, SumsByStrip>{matrix, rows, columns, divided_up(rows, strips), {sums, columns}});
}

}  // namespace

std::int64_t column_sum_strips(std::int64_t rows) {
  if (rows <= rows_of_one_strip) return 1;
  const std::int64_t rows_of_strip = divided_up(rows, std::min(most_strips, rows / least_rows));
  return divided_up(rows, rows_of_strip);  // none of them empty
}

void column_sums(Buffer matrix, std::int64_t rows, std::int64_t columns, float* strips, float* sums) {
  const std::int64_t count = column_sum_strips(rows);
  float* const first = count == 1 ? sums : strips;
  if (matrix.device == Device::cuda) {
    cuda::column_sums(matrix, rows, columns, count, first);
    if (count > 1) cuda::column_sums({strips, Element::f32, Device::cuda}, count, columns, 1, sums);
    return;
  }
  for_element(matrix.element, [&]<class T>(T) { sum(matrix.as<const T>(), rows, columns, count, first); });
  if (count > 1) sum<float>(strips, count, columns, 1, sums);
}

}  // namespace elubench::kernel
