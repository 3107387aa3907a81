#include "convolution/onednn_product.h"

#include <dnnl.hpp>
#include <unordered_map>

#include "convolution/onednn_implementation.h"

namespace elubench::convolution {
namespace {

using dnnl::memory;

memory::desc layout_of(const ProductShape& shape, std::int64_t rows, std::int64_t columns, kernel::Element element,
                       bool transposed, std::int64_t stride) {
  const memory::dims strides{stride == 0 ? rows * columns : stride, transposed ? 1 : columns,
                             transposed ? rows : 1};
  return {{shape.batch, rows, columns}, type_of(element), strides};
}

class Product : public MatrixProduct {
 public:
  explicit Product(const ProductShape& shape) : stream_(engine_) {
    const memory::desc first =
        layout_of(shape, shape.rows, shape.inner, shape.element, shape.first_transposed, shape.first_stride);
    const memory::desc second =
        layout_of(shape, shape.inner, shape.columns, shape.element, shape.second_transposed, shape.second_stride);
    const memory::desc result =
        layout_of(shape, shape.rows, shape.columns, shape.result, false, shape.result_stride);
    const memory::desc bias({1, 1, shape.columns}, type_of(shape.element), memory::format_tag::abc);
    dnnl::primitive_attr attributes = strict_attributes();
    attributes.set_scratchpad_mode(
        dnnl::scratchpad_mode::user);  // else no thread but the one that made it may run it
    if (shape.adds_up) {
      dnnl::post_ops sum;
      sum.append_sum(1);
      attributes.set_post_ops(sum);
    }
    const auto descriptor = shape.bias
                                ? dnnl::matmul::primitive_desc(engine_, first, second, bias, result, attributes)
                                : dnnl::matmul::primitive_desc(engine_, first, second, result, attributes);
    has_reference_ = is_reference(descriptor);
    product_ = dnnl::matmul(descriptor);
    arguments_ = {{DNNL_ARG_SRC, memory(first, engine_, nullptr)},
                  {DNNL_ARG_WEIGHTS, memory(second, engine_, nullptr)},
                  {DNNL_ARG_DST, memory(result, engine_, nullptr)}};
    if (shape.bias) arguments_.emplace(DNNL_ARG_BIAS, memory(bias, engine_, nullptr));
    arguments_.emplace(DNNL_ARG_SCRATCHPAD, memory(descriptor.scratchpad_desc(), engine_));
  }

  bool has_reference() const { return has_reference_; }

  void run(const void* first, const void* second, const void* bias, void* result) override {
    arguments_.at(DNNL_ARG_SRC).set_data_handle(const_cast<void*>(first));
    arguments_.at(DNNL_ARG_WEIGHTS).set_data_handle(const_cast<void*>(second));
    arguments_.at(DNNL_ARG_DST).set_data_handle(result);
    if (bias) arguments_.at(DNNL_ARG_BIAS).set_data_handle(const_cast<void*>(bias));
    product_.execute(stream_, arguments_);
    stream_.wait();
  }

 private:
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_;
  bool has_reference_ = false;
  dnnl::matmul product_;
  std::unordered_map<int, memory> arguments_;
};

}  // namespace

std::unique_ptr<MatrixProduct> make_onednn_product(const ProductShape& shape) {
  return make_unless_reference<Product>(shape);
}

}  // namespace elubench::convolution
