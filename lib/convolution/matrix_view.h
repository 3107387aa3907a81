// Channels-last memory as a matrix.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace elubench::convolution {

// (N, C, H, W) channels last as a matrix of `rows` rows, in the same memory.
inline at::Tensor matrix(const at::Tensor& tensor, std::int64_t rows) {
  return tensor.permute({0, 2, 3, 1}).view({rows, tensor.numel() / rows});
}

}  // namespace elubench::convolution
