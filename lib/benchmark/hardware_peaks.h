// What the device can do at most, as LibTorch's own operations show it.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "train/specification.h"

namespace elubench::benchmark {

// Floating-point operations a second of the fastest of some large matrix products: in the precision, but in
// float32 where a processor does not multiply bfloat16 faster.
double measured_peak(train::Precision precision, at::Device device);

// Bytes a second, read and written, of a copy beyond every cache.
double measured_bandwidth(at::Device device);

// Seconds that a cache line takes from one thread to another, which waits for it; nothing where one thread
// computes, or no two do so at once. Several times as long where their cores share no cache: a virtual machine may
// be moved between such places while it runs, and what threads share is then dearer.
std::optional<double> measured_handover();

}  // namespace elubench::benchmark
