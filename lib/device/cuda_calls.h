// What kernels need of LibTorch on a GPU, for code that includes no LibTorch header. Only in builds with CUDA.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>

namespace elubench::device {

// The stream on which LibTorch, and so everything else, queues its work.
cudaStream_t current_cuda_stream();

// Memory from LibTorch's cache, for work on that stream alone: neither waits for the GPU. Not while a graph is
// recorded.
void* allocate_on_gpu(std::size_t bytes);
void free_on_gpu(void* memory);

}  // namespace elubench::device
