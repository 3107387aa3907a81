// What the device can do at most, as LibTorch's own operations show it.
#pragma once

#include <ATen/core/Tensor.h>

#include "train/specification.h"

namespace elubench::benchmark {

// Floating-point operations a second of the fastest of some large matrix products: in the precision, but in
// float32 where a processor does not multiply bfloat16 faster.
double measured_peak(train::Precision precision, at::Device device);

// Bytes a second, read and written, of a copy beyond every cache.
double measured_bandwidth(at::Device device);

}  // namespace elubench::benchmark
