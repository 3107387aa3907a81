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

  // product = first^T second, in float32, of matrices of one element type whose rows follow each other. The same
  // bits every time.
  void run(const at::Tensor& first, const at::Tensor& second, at::Tensor& product);

  // The same, still to be summed over parts: (parts, first columns, second columns). Overwritten by the next call.
  const at::Tensor& parts(const at::Tensor& first, const at::Tensor& second);

 private:
  at::Tensor sums_;
};

// The sum over the rows of a matrix, as gradients of biases are.
class RowSum {
 public:
  RowSum(std::int64_t rows, std::int64_t columns, at::Device device);

  // sum, which is float32. The same bits every time.
  void run(const at::Tensor& matrix, at::Tensor& sum);

 private:
  at::Tensor strips_;
};

// In how many parts of equal size so many rows are multiplied, for a GPU to have work for all of itself.
std::int64_t parts_of_rows(std::int64_t rows, std::int64_t first_columns, std::int64_t second_columns);

}  // namespace elubench::convolution
