// Everything that asks CUDA itself, and LibTorch's side of it. Compiled in builds with CUDA alone; no_cuda.cc
// else.
#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/CUDAGraph.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>
#include <cuda_runtime_api.h>

#include <fstream>
#include <optional>
#include <string>

#include "base/error.h"
#include "device/cuda_stream.h"
#include "device/gpus.h"
#include "device/graph.h"
#include "device/scope.h"
#include "device/settings.h"

namespace elubench::device {
namespace {

std::string major_minor(int version, int of_major, int of_minor) {
  return std::to_string(version / of_major) + "." + std::to_string(version % of_major / of_minor);
}

// A recording that failed must still be ended, or the stream stays in it.
void end_failed(at::cuda::CUDAGraph& graph) {
  try {
    graph.capture_end();
  } catch (const std::exception&) {
    (void)cudaGetLastError();
  }
}

// Clears the error too, which CUDA would report again at the next call.
cudaError_t count_of_gpus(int& count) {
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error != cudaSuccess) {
    count = 0;
    (void)cudaGetLastError();
  }
  return error;
}

}  // namespace

std::vector<Gpu> gpus() {
  int count = 0;
  count_of_gpus(count);
  std::vector<Gpu> all;
  for (int index = 0; index < count; ++index) {
    cudaDeviceProp properties{};
    if (cudaGetDeviceProperties(&properties, index) != cudaSuccess) continue;
    all.push_back({index, properties.name,
                   std::to_string(properties.major) + "." + std::to_string(properties.minor),
                   static_cast<std::int64_t>(properties.totalGlobalMem), properties.major >= 8});
  }
  return all;
}

std::string why_no_gpu() {
  int count = 0;
  const cudaError_t error = count_of_gpus(count);
  if (count > 0) return {};
  return error == cudaSuccess ? "there is none" : cudaGetErrorString(error);
}

std::string cuda_version() {
  int version = 0;
  return cudaRuntimeGetVersion(&version) == cudaSuccess ? major_minor(version, 1000, 10) : "unknown";
}

std::string cudnn_version() {
  const auto& hooks = at::detail::getCUDAHooks();
  if (!hooks.compiledWithCuDNN()) return "none";
  const long version = hooks.versionRuntimeCuDNN();  // 91900
  return std::to_string(version / 10000) + "." + std::to_string(version % 10000 / 100) + "." +
         std::to_string(version % 100);
}

// "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.159.04  Release Build ..."
std::string driver_version() {
  std::ifstream file("/proc/driver/nvidia/version");
  for (std::string word; file >> word;) {
    if (word.find_first_not_of("0123456789.") == std::string::npos && word.find('.') != std::string::npos)
      return word;
  }
  int version = 0;
  if (cudaDriverGetVersion(&version) != cudaSuccess || version == 0) return {};
  return "of CUDA " + major_minor(version, 1000, 10);
}

cudaStream_t current_cuda_stream() { return c10::cuda::getCurrentCUDAStream(); }

struct Scope::Current {
  ArithmeticSettings settings;
  at::Device device;
  std::optional<c10::cuda::CUDAStreamGuard> stream;  // makes its device the current one too
};

Scope::Scope(at::Device device, bool fastest)
    : current_(new Current{ArithmeticSettings(fastest), device, std::nullopt}) {
  if (device.is_cpu()) return;
  const c10::cuda::CUDAGuard guard(device);
  // What was queued on other streams (a data set that was copied) must be there before this stream reads it.
  c10::cuda::device_synchronize();
  current_->stream.emplace(c10::cuda::getStreamFromPool(false, device.index()));
}

Scope::~Scope() {
  if (current_->stream) (void)cudaDeviceSynchronize();  // a destructor has nobody to tell of an error
}

void synchronize(at::Device device) {
  if (device.is_cuda()) c10::cuda::getCurrentCUDAStream(device.index()).synchronize();
}

std::int64_t most_memory(at::Device device) {
  const auto stats = c10::cuda::CUDACachingAllocator::getDeviceStats(device.index());
  return stats.reserved_bytes[static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE)].peak;
}

struct Graph::Recording {
  at::cuda::CUDAGraph graph;
};

Graph::Graph() = default;
Graph::~Graph() = default;

void Graph::record(const std::function<void()>& work) {
  // The earlier recording, and what it works on, may still be in use.
  c10::cuda::getCurrentCUDAStream().synchronize();
  recording_.reset();
  auto recording = std::make_unique<Recording>();
  try {
    recording->graph.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    try {
      work();
    } catch (...) {
      end_failed(recording->graph);
      throw;
    }
    recording->graph.capture_end();
  } catch (const std::exception& error) {
    (void)cudaGetLastError();
    throw Error(std::string("the step cannot be recorded as a CUDA graph: ") + error.what());
  }
  recording_ = std::move(recording);
}

bool Graph::recorded() const { return recording_ != nullptr; }

void Graph::replay() { recording_->graph.replay(); }

}  // namespace elubench::device
