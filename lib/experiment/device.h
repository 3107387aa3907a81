// The devices that this build can train on. Free of LibTorch.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace elubench::experiment {

struct Device {
  std::string name;         // "cpu", "cuda:0": on the command line, and LibTorch's name
  std::string description;  // "NVIDIA H100 80GB HBM3", "AMD EPYC, avx512_bf16"
  std::string driver;       // of a GPU; else empty
  bool bf16_is_faster = false;
};

// The preferred one first. A build without CUDA has the processor alone.
std::vector<Device> devices();

// `name` as in Device, or `auto`: the preferred one. Throws UsageError that lists what there is, and for `auto`
// where a GPU seems to be there and cannot be used: nobody wants to train on the processor then without knowing.
Device find_device(std::string_view name);

}  // namespace elubench::experiment
