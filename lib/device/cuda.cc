// Everything that asks CUDA itself, and LibTorch's side of it. Compiled in builds with CUDA alone; no_cuda.cc
// else.
#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/CUDAGraph.h>
#include <ATen/cuda/Sleep.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>
#include <cuda_runtime_api.h>

#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "device/cuda_calls.h"
#include "device/gpus.h"
#include "device/graph.h"
#include "device/scope.h"
#include "device/settings.h"
#include "device/timeline.h"

namespace elubench::device {
namespace {

// The first that the kernels are compiled for; all from it on multiply bfloat16.
constexpr int least_capability = 8;

std::string major_minor(int version, int of_major, int of_minor) {
  return std::to_string(version / of_major) + "." + std::to_string(version % of_major / of_minor);
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
    if (cudaGetDeviceProperties(&properties, index) != cudaSuccess) {
      (void)cudaGetLastError();  // else the next kernel on another GPU is taken for what failed
      continue;
    }
    if (properties.major < least_capability) continue;
    all.push_back({index, properties.name,
                   std::to_string(properties.major) + "." + std::to_string(properties.minor),
                   static_cast<std::int64_t>(properties.totalGlobalMem)});
  }
  return all;
}

std::string why_no_gpu() {
  if (!gpus().empty()) return {};
  int count = 0;
  const cudaError_t error = count_of_gpus(count);
  if (count > 0) {
    return "those here cannot be asked, or have a compute capability below " + std::to_string(least_capability) +
           ".0";
  }
  return error == cudaSuccess ? "there is none" : cudaGetErrorString(error);
}

std::string why_gpu_unusable() {
  int count = 0;
  const cudaError_t error = count_of_gpus(count);
  if (error == cudaSuccess) return count > 0 ? why_no_gpu() : "";
  return error == cudaErrorNoDevice || driver_version().empty() ? "" : cudaGetErrorString(error);
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

void* allocate_on_gpu(std::size_t bytes) {
  return c10::cuda::CUDACachingAllocator::raw_alloc_with_stream(bytes, current_cuda_stream());
}

void free_on_gpu(void* memory) { c10::cuda::CUDACachingAllocator::raw_delete(memory); }

struct Scope::Current {
  ArithmeticSettings settings;
  at::Device device;
  std::optional<c10::cuda::CUDAStreamGuard> stream;  // makes its device the current one too
};

Scope::Scope(at::Device device, Algorithms algorithms)
    : current_(new Current{ArithmeticSettings(algorithms), device, std::nullopt}) {
  if (device.is_cpu()) return;
  at::globalContext().lazyInitDevice(at::kCUDA);  // the allocator and the streams are there only after that
  current_->stream.emplace(c10::cuda::getStreamFromPool(false, device.index()));
  TORCH_CHECK(c10::cuda::current_device() == device.index(), "a scope must make its device the current one");
  // What was queued on other streams (a data set that was copied) must be there before this stream reads it.
  c10::cuda::device_synchronize();
  // Memory that was cached for other streams is of no use to this one.
  c10::cuda::CUDACachingAllocator::emptyCache();
  c10::cuda::CUDACachingAllocator::resetPeakStats(device.index());
}

// Memory that was cached for this scope's stream, cuBLAS's workspace above all, would be of no use to the next
// one's.
Scope::~Scope() {
  if (!current_->stream) return;
  if (cudaDeviceSynchronize() != cudaSuccess) return;  // why_unusable() tells
  try {
    at::cuda::clearCublasWorkspaces();
    c10::cuda::CUDACachingAllocator::emptyCache();
  } catch (const std::exception& error) {
    log_debug(error.what());
  }
}

std::string why_unusable(at::Device device) {
  if (device.is_cpu()) return {};
  cudaError_t error = cudaSetDevice(device.index());
  if (error == cudaSuccess) error = cudaDeviceSynchronize();
  return error == cudaSuccess ? "" : cudaGetErrorString(error);
}

void occupy(at::Device device) {
  constexpr std::int64_t cycles = 40'000'000;  // 20 ms at 2 GHz
  if (device.is_cuda()) at::cuda::sleep(cycles);
}

void synchronize(at::Device device) {
  if (device.is_cuda()) c10::cuda::getCurrentCUDAStream(device.index()).synchronize();
}

std::int64_t most_memory(at::Device device) {
  const auto stats = c10::cuda::CUDACachingAllocator::getDeviceStats(device.index());
  return stats.reserved_bytes[static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE)].peak;
}

namespace {

void require(cudaError_t error, const char* what) {
  if (error != cudaSuccess) throw Error(std::string(what) + ": " + cudaGetErrorString(error));
}

// Events are made once and used again.
class GpuTimeline : public Timeline {
 public:
  GpuTimeline() = default;
  GpuTimeline(const GpuTimeline&) = delete;
  GpuTimeline& operator=(const GpuTimeline&) = delete;
  ~GpuTimeline() override {
    for (const cudaEvent_t event : events_) (void)cudaEventDestroy(event);
  }

  void mark() override {
    if (used_ == events_.size()) {
      cudaEvent_t event = nullptr;
      require(cudaEventCreate(&event), "CUDA event");
      events_.push_back(event);
    }
    require(cudaEventRecord(events_[used_++], current_cuda_stream()), "CUDA event");
  }

  std::vector<double> seconds() override {
    std::vector<double> between;
    if (used_ > 0) require(cudaEventSynchronize(events_[used_ - 1]), "CUDA event");
    for (std::size_t i = 1; i < used_; ++i) {
      float milliseconds = 0;
      require(cudaEventElapsedTime(&milliseconds, events_[i - 1], events_[i]), "CUDA event");
      between.push_back(1e-3 * static_cast<double>(milliseconds));
    }
    used_ = 0;
    return between;
  }

 private:
  std::vector<cudaEvent_t> events_;
  std::size_t used_ = 0;
};

}  // namespace

std::unique_ptr<Timeline> make_gpu_timeline() { return std::make_unique<GpuTimeline>(); }

// LibTorch's own CUDAGraph (2.11) leaves its allocator in the recording where one fails, so the recording is made
// and ended here, with LibTorch's memory pool for it.
struct Graph::Recording {
  explicit Recording(c10::DeviceIndex of_device) : device(of_device), pool(at::cuda::graph_pool_handle()) {}
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  ~Recording() {
    if (executable) (void)cudaGraphExecDestroy(executable);
    if (!pooled) return;
    try {
      c10::cuda::CUDACachingAllocator::releasePool(device, pool);
    } catch (const std::exception& error) {
      log_debug(error.what());
    }
  }

  void begin(cudaStream_t stream) {
    c10::cuda::CUDACachingAllocator::beginAllocateToPool(device, pool,
                                                         [stream](cudaStream_t other) { return other == stream; });
    pooled = collecting = true;
    require(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "begin");
  }

  // Also after a failure: then the graph is thrown away.
  void end(cudaStream_t stream, bool keep) {
    cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
    cudaGraph_t graph = nullptr;
    cudaError_t error = cudaStreamIsCapturing(stream, &status);
    if (error == cudaSuccess && status != cudaStreamCaptureStatusNone)
      error = cudaStreamEndCapture(stream, &graph);
    if (std::exchange(collecting, false)) c10::cuda::CUDACachingAllocator::endAllocateToPool(device, pool);
    if (error == cudaSuccess && keep) error = cudaGraphInstantiate(&executable, graph, 0);
    if (graph) (void)cudaGraphDestroy(graph);
    if (keep) require(error, "end");
    (void)cudaGetLastError();
  }

  c10::DeviceIndex device;
  c10::MempoolId_t pool;
  bool pooled = false, collecting = false;
  cudaGraphExec_t executable = nullptr;
};

Graph::Graph() = default;
Graph::~Graph() = default;

void Graph::record(const std::function<void()>& work) {
  const auto stream = c10::cuda::getCurrentCUDAStream();
  stream.synchronize();  // the earlier recording, and what it works on, may still be in use
  recording_.reset();
  // A recording has memory of its own, and may not fall back on what earlier calls keep in the cache.
  c10::cuda::CUDACachingAllocator::emptyCache();
  auto recording = std::make_unique<Recording>(stream.device_index());
  try {
    recording->begin(stream);
    work();
    recording->end(stream, true);
  } catch (const std::exception& error) {
    recording->end(stream, false);
    throw Error("this cannot be recorded as a CUDA graph: " + message_of(error));
  }
  recording_ = std::move(recording);
}

bool Graph::recorded() const { return recording_ != nullptr; }

void Graph::replay() { require(cudaGraphLaunch(recording_->executable, current_cuda_stream()), "CUDA graph"); }

}  // namespace elubench::device
