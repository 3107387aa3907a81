#include "convolution/batched_product.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <cmath>
#include <tuple>
#include <vector>

namespace elubench::convolution {
namespace {

using Make = std::unique_ptr<MatrixProduct> (*)(const ProductShape&);

// Sizes that fill no vector; the strides leave a gap between the matrices, as Winograd's operands do.
const std::vector<ProductShape> shapes{
    {.batch = 4, .rows = 7, .inner = 19, .columns = 5},
    {.batch = 1, .rows = 33, .inner = 2, .columns = 17, .second_transposed = true},
    {.batch = 3, .rows = 6, .inner = 40, .columns = 9, .first_transposed = true, .adds_up = true},
    {.batch = 36,
     .rows = 5,
     .inner = 6,
     .columns = 7,
     .first_transposed = true,
     .second_transposed = true,
     .first_stride = 30 + 16,
     .second_stride = 42 + 16,
     .result_stride = 35 + 16},
    {.batch = 4,
     .rows = 37,
     .inner = 19,
     .columns = 21,
     .second_transposed = true,
     .element = kernel::Element::bf16,
     .first_stride = 37 * 19 + 16,
     .second_stride = 19 * 21 + 16,
     .result_stride = 37 * 21 + 16},
    {.batch = 9, .rows = 5, .inner = 6, .columns = 33, .element = kernel::Element::bf16},
    {.batch = 3,
     .rows = 6,
     .inner = 39,
     .columns = 9,
     .first_transposed = true,
     .element = kernel::Element::bf16,
     .adds_up = true},
};

std::int64_t stride_or(std::int64_t stride, std::int64_t dense) { return stride == 0 ? dense : stride; }

at::Tensor numbers(std::int64_t count, double tag, kernel::Element element) {
  return at::sin(at::arange(count, at::kDouble) * (0.7 + tag))
      .to(element == kernel::Element::bf16 ? at::kBFloat16 : at::kFloat);
}

// Factors, each of so many numbers and followed by NaN up to the next one: who multiplies that gets NaN.
at::Tensor with_gaps(const ProductShape& shape, std::int64_t stride, std::int64_t count, double tag) {
  at::Tensor memory = numbers(shape.batch * stride, tag, shape.element);
  memory.view({shape.batch, stride}).narrow(1, count, stride - count).fill_(NAN);
  return memory;
}

// (batch, rows, columns) of memory that lies `stride` apart.
at::Tensor matrices(const at::Tensor& memory, const ProductShape& shape, std::int64_t rows, std::int64_t columns,
                    std::int64_t stride, bool transposed) {
  return memory.as_strided({shape.batch, rows, columns},
                           {stride, transposed ? 1 : columns, transposed ? rows : 1});
}

class BatchedProduct : public testing::TestWithParam<std::tuple<Make, ProductShape>> {};

TEST_P(BatchedProduct, AgreesWithDoublePrecisionAndLeavesTheGapsAlone) {
  const auto& [make, shape] = GetParam();
  const auto product = make(shape);
  if (!product) GTEST_SKIP() << "not to be had on this machine";
  const std::int64_t first_stride = stride_or(shape.first_stride, shape.rows * shape.inner);
  const std::int64_t second_stride = stride_or(shape.second_stride, shape.inner * shape.columns);
  const std::int64_t result_stride = stride_or(shape.result_stride, shape.rows * shape.columns);
  const at::Tensor first = with_gaps(shape, first_stride, shape.rows * shape.inner, 0.1);
  const at::Tensor second = with_gaps(shape, second_stride, shape.inner * shape.columns, 0.2);
  at::Tensor result = numbers(shape.batch * result_stride, 0.3, kernel::Element::f32);

  at::Tensor expected = result.to(at::kDouble);
  const at::Tensor exact = at::bmm(
      matrices(first, shape, shape.rows, shape.inner, first_stride, shape.first_transposed).to(at::kDouble),
      matrices(second, shape, shape.inner, shape.columns, second_stride, shape.second_transposed).to(at::kDouble));
  at::Tensor places = matrices(expected, shape, shape.rows, shape.columns, result_stride, false);
  shape.adds_up ? places.add_(exact) : places.copy_(exact);

  product->run(first.const_data_ptr(), second.const_data_ptr(), nullptr, result.mutable_data_ptr());
  // Sums of at most 40 products of numbers below 1.
  EXPECT_LT((result.to(at::kDouble) - expected).abs().max().item<double>(), 40 * 0x1p-23);
}

INSTANTIATE_TEST_SUITE_P(All, BatchedProduct,
                         testing::Combine(testing::Values(make_onednn_product, make_libtorch_product),
                                          testing::ValuesIn(shapes)));

}  // namespace
}  // namespace elubench::convolution
