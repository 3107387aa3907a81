#include "experiment/device.h"

#include "base/error.h"
#include "experiment/cpu.h"

namespace elubench::experiment {

std::vector<Device> devices() {
  const Cpu cpu = this_cpu();
  return {{"cpu", cpu.model, {}, cpu.multiplies_bf16}};
}

Device find_device(std::string_view name) {
  const std::vector<Device> available = devices();
  if (name == "auto") return available.front();
  std::string names;
  for (const Device& device : available) {
    if (device.name == name) return device;
    names += ", " + device.name + " (" + device.description + ")";
  }
  throw UsageError("there is no device '" + std::string(name) + "' for this build on this machine; give auto" +
                   names);
}

}  // namespace elubench::experiment
