#include "kernel/column_sums_block.h"
#include "kernel/cuda/kernels.h"
#include "kernel/cuda/launch.cuh"

namespace elubench::kernel::cuda {

void column_sums(Buffer matrix, std::int64_t rows, std::int64_t columns, std::int64_t strips, float* sums) {
  for_element(matrix.element, [&]<class T>(T) {
    run_blocks("column_sums",
               ColumnSumsBlock<T, SumsByStrip>{
                   matrix.as<const T>(), rows, columns, (rows + strips - 1) / strips, {sums, columns}});
  });
}

}  // namespace elubench::kernel::cuda
