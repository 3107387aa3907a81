// oneDNN's matrix products on plain memory. Like onednn_primitives.h it hides oneDNN's headers.
#pragma once

#include <cstdint>
#include <memory>

#include "convolution/onednn_primitives.h"

namespace elubench::convolution {

// `batch` products result = first second, of (rows, inner) and (inner, columns), row by row in memory; or the
// other way round where it is said to be transposed.
struct ProductShape {
  std::int64_t batch, rows, inner, columns;
  bool first_transposed = false, second_transposed = false;
  kernel::Element element = kernel::Element::f32;  // of the factors and the bias
  kernel::Element result = kernel::Element::f32;
  // Elements from one matrix of the batch to the next; 0: none between them.
  std::int64_t first_stride = 0, second_stride = 0, result_stride = 0;
  bool bias = false;     // one number a column
  bool adds_up = false;  // result += first second
};

class MatrixProduct {
 public:
  virtual ~MatrixProduct() = default;
  // On any thread, one at a time. bias: null where the shape has none.
  virtual void run(const void* first, const void* second, const void* bias, void* result) = 0;
};

// Nothing where the build has no oneDNN, or oneDNN no more than a reference implementation.
std::unique_ptr<MatrixProduct> make_onednn_product(const ProductShape& shape);

}  // namespace elubench::convolution
