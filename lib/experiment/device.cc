#include "experiment/device.h"

#include "base/cpu.h"
#include "base/error.h"
#include "device/gpus.h"

namespace elubench::experiment {

std::vector<Device> devices() {
  std::vector<Device> all;
  for (const device::Gpu& gpu : device::gpus()) {
    all.push_back({"cuda:" + std::to_string(gpu.index), gpu.name, device::driver_version(), true});
  }
  const Cpu cpu = this_cpu();
  all.push_back({"cpu", cpu.kind(), {}, cpu.bf16_is_faster});
  return all;
}

Device find_device(std::string_view name) {
  const std::vector<Device> available = devices();
  if (name == "auto") {
    if (const std::string why = device::why_gpu_unusable(); !why.empty()) {
      throw UsageError("there is an NVIDIA driver (" + device::driver_version() + "), but no GPU that CUDA " +
                       device::cuda_version() + " can use: " + why +
                       "; mend that (Docker needs --gpus all, Apptainer --nv), or give --device cpu");
    }
    return available.front();
  }
  std::string names;
  for (const Device& device : available) {
    if (device.name == name) return device;
    names += ", " + device.name + " (" + device.description + ")";
  }
  if (const std::string why = device::why_no_gpu(); name.starts_with("cuda") && !why.empty()) {
    names += "; no GPU: " + why;
  }
  throw UsageError("there is no device '" + std::string(name) + "' for this build on this machine; give auto" +
                   names);
}

}  // namespace elubench::experiment
