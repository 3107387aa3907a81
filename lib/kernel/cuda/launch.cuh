// How a kernel's elements become threads. The host runs the same index spaces: element_test.cc, and host_blocks.h.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "device/cuda_calls.h"

namespace elubench::kernel::cuda {

inline constexpr unsigned threads_of_block = 256;
inline constexpr std::int64_t most_blocks = 65535;  // in the second dimension of a grid; enough in the first

inline void check(cudaError_t error, const char* kernel) {
  if (error != cudaSuccess) {
    throw Error(std::string("CUDA kernel ") + kernel + ": " + cudaGetErrorString(error));
  }
}

template <class Body>
__global__ void __launch_bounds__(threads_of_block) run_elements(std::int64_t count, Body body) {
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count; i += stride) body(i);
}

template <class Body>
__global__ void __launch_bounds__(threads_of_block)
    run_image_elements(std::int64_t images, std::uint32_t elements, Body body) {
  const std::uint32_t element = blockIdx.x * blockDim.x + threadIdx.x;
  if (element >= elements) return;
  for (std::int64_t image = blockIdx.y; image < images; image += gridDim.y) body(image, element);
}

template <class Program>
__global__ void __launch_bounds__(Program::threads) run_block(Program program) {
  __shared__ typename Program::Shared shared;
  for (std::int64_t round = 0; round < program.rounds(); ++round) {
    for (int phase = 0; phase < Program::phases; ++phase) {
      program.run(phase, round, static_cast<int>(threadIdx.x), shared);
      __syncthreads();
    }
  }
}

template <class Program>
__global__ void __launch_bounds__(Program::threads) run_all_blocks(Program program) {
  __shared__ typename Program::Shared shared;
  for (int phase = 0; phase < Program::phases; ++phase) {
    program.run(phase, blockIdx.x, blockIdx.y, static_cast<int>(threadIdx.x), shared);
    __syncthreads();
  }
}

// body(i) for every i in [0, count).
template <class Body>
void for_each_element(const char* name, std::int64_t count, const Body& body) {
  if (count == 0) return;
  const std::int64_t blocks = std::min((count + threads_of_block - 1) / threads_of_block, most_blocks);
  run_elements<<<static_cast<unsigned>(blocks), threads_of_block, 0, device::current_cuda_stream()>>>(count, body);
  check(cudaGetLastError(), name);
}

// body(image, element) for every image in [0, images) and element in [0, elements): no thread divides 64-bit
// numbers. `elements` leaves room for a block below 2^32.
template <class Body>
void for_each_image_element(const char* name, std::int64_t images, std::uint32_t elements, const Body& body) {
  if (images == 0 || elements == 0) return;
  const dim3 grid((elements + threads_of_block - 1) / threads_of_block,
                  static_cast<unsigned>(std::min(images, most_blocks)));
  run_image_elements<<<grid, threads_of_block, 0, device::current_cuda_stream()>>>(images, elements, body);
  check(cudaGetLastError(), name);
}

// All blocks of a program in phases (see column_sums_block.h), fewer than 65,536 down.
template <class Program>
void run_blocks(const char* name, const Program& program) {
  const dim3 grid(static_cast<unsigned>(program.blocks_across()), static_cast<unsigned>(program.blocks_down()));
  if (grid.x == 0 || grid.y == 0) return;
  run_all_blocks<<<grid, Program::threads, 0, device::current_cuda_stream()>>>(program);
  check(cudaGetLastError(), name);
}

// One block that runs a program in phases (see softmax_cross_entropy_block.h).
template <class Program>
void run_program(const char* name, const Program& program) {
  run_block<<<1, Program::threads, 0, device::current_cuda_stream()>>>(program);
  check(cudaGetLastError(), name);
}

}  // namespace elubench::kernel::cuda
