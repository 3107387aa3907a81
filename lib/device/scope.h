// Work on one device, with arithmetic that is exact and repeats.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>

#include "device/settings.h"

namespace elubench::device {

// While it lives: fp32 means IEEE single precision (TF32 off), and results repeat (LibTorch's defaults on CUDA
// promise neither); on a GPU, that GPU is the current one, and work is queued on a stream of its own, which can be
// recorded. Everything that works on a network must be built inside one scope. Begins and ends when the device has
// done all that was queued.
class Scope {
 public:
  explicit Scope(at::Device device, Algorithms algorithms = Algorithms::repeatable);
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope();

 private:
  struct Current;
  std::unique_ptr<Current> current_;
};

// The most bytes of a GPU's memory that were held since the Scope began.
std::int64_t most_memory(at::Device device);

// Why nothing can be computed on the device any more: after some errors CUDA refuses all that follows. Empty if it
// can. Makes a GPU the current one.
std::string why_unusable(at::Device device);

// Gives a GPU about 20 ms of nothing to do: what is queued behind it follows without gaps, however long the host
// takes to queue it. Nothing on a processor.
void occupy(at::Device device);

// Waits until the device has done all that was queued on the current stream.
void synchronize(at::Device device);

}  // namespace elubench::device
