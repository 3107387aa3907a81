// The bridge from LibTorch's tensors to the kernels' buffers.
#pragma once

#include <ATen/core/Tensor.h>

#include "kernel/buffer.h"

namespace elubench::kernel {

// The tensor must be dense and float32 or bfloat16; it must outlive the buffer.
inline Buffer buffer_of(const at::Tensor& tensor) {
  TORCH_CHECK(tensor.is_non_overlapping_and_dense(), "a kernel needs a dense tensor");
  TORCH_CHECK(tensor.scalar_type() == at::kFloat || tensor.scalar_type() == at::kBFloat16,
              "a kernel needs float32 or bfloat16");
  return {tensor.data_ptr(), tensor.scalar_type() == at::kFloat ? Element::f32 : Element::bf16,
          tensor.is_cuda() ? Device::cuda : Device::cpu};
}

}  // namespace elubench::kernel
