#include "convolution/row_product.h"

#include <ATen/Functions.h>

#include "kernel/column_sums.h"
#include "kernel/tensor_buffer.h"

namespace elubench::convolution {
namespace {

constexpr std::int64_t tile = 128;          // of a result that one of the GPU's multiprocessors computes
constexpr std::int64_t wanted_tiles = 264;  // two for each multiprocessor of an H100
constexpr std::int64_t least_rows = 256;    // of a part

std::int64_t tiles(std::int64_t columns) { return (columns + tile - 1) / tile; }

}  // namespace

std::int64_t parts_of_rows(std::int64_t rows, std::int64_t first_columns, std::int64_t second_columns) {
  const std::int64_t tiles_of_part = tiles(first_columns) * tiles(second_columns);
  std::int64_t best = 1;
  for (std::int64_t parts = 2; parts * tiles_of_part <= wanted_tiles && parts * least_rows <= rows; ++parts) {
    if (rows % parts == 0) best = parts;
  }
  return best;
}

// A processor would round the results to the element type.
void multiply(const at::Tensor& first, const at::Tensor& second, at::Tensor& product) {
  const bool batched = first.dim() == 3;
  if (first.scalar_type() == at::kFloat) {
    batched ? at::bmm_out(product, first, second) : at::mm_out(product, first, second);
  } else if (first.is_cuda()) {
    batched ? at::bmm_out(product, first, second, at::kFloat) : at::mm_out(product, first, second, at::kFloat);
  } else {
    multiply(first.to(at::kFloat), second.to(at::kFloat), product);
  }
}

RowProduct::RowProduct(std::int64_t rows, std::int64_t first_columns, std::int64_t second_columns,
                       at::Device device)
    : sums_(at::zeros({parts_of_rows(rows, first_columns, second_columns), first_columns, second_columns},
                      at::TensorOptions(at::kFloat).device(device))) {
  TORCH_CHECK(kernel::column_sum_strips(sums_.size(0)) == 1, "run() has no memory for strips");
}

const at::Tensor& RowProduct::parts(const at::Tensor& first, const at::Tensor& second) {
  const std::int64_t parts = sums_.size(0);
  multiply(first.view({parts, -1, first.size(1)}).transpose(1, 2), second.view({parts, -1, second.size(1)}),
           sums_);
  return sums_;
}

void RowProduct::run(const at::Tensor& first, const at::Tensor& second, at::Tensor& product) {
  if (sums_.size(0) == 1) return multiply(first.t(), second, product);
  parts(first, second);
  kernel::column_sums(kernel::buffer_of(sums_), sums_.size(0), product.numel(), nullptr,
                      product.mutable_data_ptr<float>());
}

RowSum::RowSum(std::int64_t rows, std::int64_t columns, at::Device device)
    : strips_(
          at::zeros({kernel::column_sum_strips(rows), columns}, at::TensorOptions(at::kFloat).device(device))) {}

void RowSum::run(const at::Tensor& matrix, at::Tensor& sum) {
  kernel::column_sums(kernel::buffer_of(matrix), matrix.size(0), matrix.size(1), strips_.mutable_data_ptr<float>(),
                      sum.mutable_data_ptr<float>());
}

}  // namespace elubench::convolution
