#include "train/specification.h"

namespace elubench::train {

double value_at(const Schedule& schedule, std::int64_t iteration) {
  return kernel::ScheduleView{schedule.data(), static_cast<std::int64_t>(schedule.size())}.value_at(iteration);
}

}  // namespace elubench::train
