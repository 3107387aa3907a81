// What is measured is done again and again.
#pragma once

#include <ATen/core/Tensor.h>

#include <chrono>
#include <cstdint>

#include "benchmark/stopwatch.h"
#include "device/scope.h"
#include "device/timeline.h"

namespace elubench::benchmark {

inline constexpr int warm_up_steps = 3;

inline Stopwatch stopwatch_for(at::Device device) { return Stopwatch(device::make_timeline(device.str())); }

// Calls step(watch) for so long, `together` calls measured as one; the first ones are not counted. A GPU is kept
// occupied before a single call, or the times of its parts would be those that the host takes to queue them.
template <class Step>
Stopwatch timed(at::Device device, double seconds, std::int64_t together, const Step& step) {
  Stopwatch warm_up = stopwatch_for(device);
  warm_up.begin_step();
  for (int i = 0; i < warm_up_steps; ++i) step(warm_up);
  warm_up.end_step();
  Stopwatch watch = stopwatch_for(device);
  const auto start = std::chrono::steady_clock::now();
  do {
    if (together == 1) device::occupy(device);
    watch.begin_step();
    for (std::int64_t i = 0; i < together; ++i) step(watch);
    watch.end_step(together);
  } while (std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < seconds);
  return watch;
}

}  // namespace elubench::benchmark
