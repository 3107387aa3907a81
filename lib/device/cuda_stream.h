// The stream on which LibTorch, and so everything else, queues its work; for code that includes no LibTorch
// header. Only in builds with CUDA.
#pragma once

#include <cuda_runtime_api.h>

namespace elubench::device {

cudaStream_t current_cuda_stream();

}  // namespace elubench::device
