// LibTorch's tensors as base/safetensors.h stores them.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "base/safetensors.h"

namespace elubench::data {

// Refers to the tensor's memory: it must be contiguous, on the CPU, and outlive the result. Throws Error for an
// element type that is not stored.
StoredTensor stored(const std::string& name, const at::Tensor& tensor);

// A copy. Throws Error where type or shape differ from what is expected.
at::Tensor loaded(const StoredTensor& tensor, at::ScalarType type, at::IntArrayRef shape);

}  // namespace elubench::data
