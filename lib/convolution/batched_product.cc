#include "convolution/batched_product.h"

#include <ATen/Functions.h>

namespace elubench::convolution {
namespace {

class LibTorchProduct : public MatrixProduct {
 public:
  explicit LibTorchProduct(const ProductShape& shape) : shape_(shape) {}

  void run(const void* first, const void* second, const void*, void* result) override {
    const at::Tensor a = view(first, shape_.rows, shape_.inner, shape_.first_transposed, shape_.first_stride);
    const at::Tensor b =
        view(second, shape_.inner, shape_.columns, shape_.second_transposed, shape_.second_stride);
    at::Tensor c = view(result, shape_.rows, shape_.columns, false, shape_.result_stride);
    if (shape_.adds_up) {
      c.baddbmm_(a, b);
    } else {
      at::bmm_out(c, a, b);
    }
  }

 private:
  at::Tensor view(const void* data, std::int64_t rows, std::int64_t columns, bool transposed,
                  std::int64_t stride) const {
    const std::int64_t row_stride = transposed ? 1 : columns;
    const std::int64_t column_stride = transposed ? rows : 1;
    return at::from_blob(const_cast<void*>(data), {shape_.batch, rows, columns},
                         {stride == 0 ? rows * columns : stride, row_stride, column_stride}, at::kFloat);
  }

  ProductShape shape_;
};

}  // namespace

std::unique_ptr<MatrixProduct> make_batched_product(const ProductShape& shape) {
  if (auto product = make_onednn_product(shape)) return product;
  return make_libtorch_product(shape);
}

std::unique_ptr<MatrixProduct> make_libtorch_product(const ProductShape& shape) {
  if (shape.element != kernel::Element::f32) return nullptr;
  return std::make_unique<LibTorchProduct>(shape);
}

}  // namespace elubench::convolution
