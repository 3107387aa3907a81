// The GPUs that this build can use. Free of LibTorch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace elubench::device {

struct Gpu {
  int index;                       // N of "cuda:N"
  std::string name;                // "NVIDIA H100 80GB HBM3"
  std::string compute_capability;  // "9.0"
  std::int64_t memory_bytes;
};

// Those of compute capability 8.0 or more, which multiply bfloat16 fast. None in a build without CUDA, and where
// there is no driver.
std::vector<Gpu> gpus();

// Versions for records; "none" in a build without CUDA.
std::string cuda_version();    // of the runtime: "13.0"
std::string cudnn_version();   // "9.19.0"
std::string driver_version();  // "580.159.04"; empty where there is no driver

// Why gpus() finds none: "no CUDA-capable device is detected"; empty where it finds some.
std::string why_no_gpu();

// Why none can be used although there seems to be one: its driver is too old, or the GPU is. Empty where one can
// be used, and where CUDA says that there is none.
std::string why_gpu_unusable();

}  // namespace elubench::device
