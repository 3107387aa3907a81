#include "train/specification.h"

namespace elubench::train {

double value_at(const Schedule& schedule, std::int64_t iteration) {
  double value = schedule.front().value;
  for (const Breakpoint& breakpoint : schedule) {
    if (breakpoint.from <= iteration) value = breakpoint.value;
  }
  return value;
}

}  // namespace elubench::train
