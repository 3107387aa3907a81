// Products in float32 of matrices that may be bfloat16.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace elubench::convolution {

// first * second in float32, into `product`, of matrices of one element type, or of batches of them.
void multiply(const at::Tensor& first, const at::Tensor& second, at::Tensor& product);

// Over the rows of two matrices, as gradients of weights are: few results, each a sum over all places of a batch.
class RowProduct {
 public:
  // Of matrices of `rows` rows.
  RowProduct(std::int64_t rows, std::int64_t first_columns, std::int64_t second_columns, at::Device device);

  // first^T second in float32, of matrices of one element type whose rows follow each other: (parts, first
  // columns, second columns), still to be summed over the parts. Overwritten by the next call. The same bits every
  // time.
  const at::Tensor& run(const at::Tensor& first, const at::Tensor& second);

 private:
  at::Tensor sums_;
};

// In how many parts of equal size so many rows are multiplied, for a GPU to have work for all of itself.
std::int64_t parts_of_rows(std::int64_t rows, std::int64_t first_columns, std::int64_t second_columns);

}  // namespace elubench::convolution
