// Stands in for cuda.cc in a build without CUDA.
#include "base/error.h"
#include "device/gpus.h"
#include "device/graph.h"
#include "device/scope.h"
#include "device/settings.h"
#include "device/timeline.h"

namespace elubench::device {

std::vector<Gpu> gpus() { return {}; }
std::string cuda_version() { return "none"; }
std::string cudnn_version() { return "none"; }
std::string driver_version() { return {}; }
std::string why_no_gpu() {
  return "this build is for processors only; for GPUs: "
         "scripts/setup --cuda && cmake --preset cuda && cmake --build --preset cuda, or docker/build cuda";
}

std::string why_gpu_unusable() { return {}; }

struct Scope::Current {
  ArithmeticSettings settings;
};

Scope::Scope(at::Device device, Algorithms algorithms) : current_(new Current{ArithmeticSettings(algorithms)}) {
  if (!device.is_cpu()) throw UsageError(why_no_gpu());
}
Scope::~Scope() = default;

std::string why_unusable(at::Device) { return {}; }
void occupy(at::Device) {}
void synchronize(at::Device) {}
std::int64_t most_memory(at::Device) { return 0; }

std::unique_ptr<Timeline> make_gpu_timeline() { throw UsageError("this build is without CUDA"); }

struct Graph::Recording {};
Graph::Graph() = default;
Graph::~Graph() = default;
void Graph::record(const std::function<void()>&) { throw Error("this build is without CUDA"); }
bool Graph::recorded() const { return false; }
void Graph::replay() {}

}  // namespace elubench::device
