// The bridge from LibTorch's tensors to the kernels' buffers.
#pragma once

#include <ATen/core/Tensor.h>

#include "kernel/buffer.h"

namespace elubench::kernel {

// float32 or bfloat16.
inline Element element_of(at::ScalarType type) {
  TORCH_CHECK(type == at::kFloat || type == at::kBFloat16, "a kernel needs float32 or bfloat16");
  return type == at::kFloat ? Element::f32 : Element::bf16;
}

// The tensor must be dense and float32 or bfloat16; it must outlive the buffer.
inline Buffer buffer_of(const at::Tensor& tensor) {
  TORCH_CHECK(tensor.is_non_overlapping_and_dense(), "a kernel needs a dense tensor");
  return {tensor.data_ptr(), element_of(tensor.scalar_type()), tensor.is_cuda() ? Device::cuda : Device::cpu};
}

}  // namespace elubench::kernel
