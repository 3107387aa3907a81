// What changes from one training step to the next, in the memory of the device that trains: kernels read it there,
// so a step that was recorded once (a CUDA graph) can be run again and again.
#pragma once

#include <cstdint>

#include "base/host_device.h"

namespace elubench::kernel {

struct StepState {
  std::uint64_t seed = 0;      // of the run
  std::int64_t iteration = 0;  // updates done
  double learning_rate = 0;    // of the update that comes next
};

// From iteration `from` on, `value` holds.
struct Breakpoint {
  std::int64_t from = 0;
  double value = 0;
  bool operator==(const Breakpoint&) const = default;
};

// Breakpoints in the memory of a device; they ascend and begin at 0.
struct ScheduleView {
  const Breakpoint* breakpoints;
  std::int64_t count;

  // The last breakpoint at or before `iteration`.
  ELUBENCH_HOST_DEVICE double value_at(std::int64_t iteration) const {
    double value = breakpoints[0].value;
    for (std::int64_t i = 1; i < count && breakpoints[i].from <= iteration; ++i) value = breakpoints[i].value;
    return value;
  }
};

}  // namespace elubench::kernel
