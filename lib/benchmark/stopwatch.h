// Time by phase, over many steps.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "device/timeline.h"
#include "network/observer.h"

namespace elubench::benchmark {

// The middle of some numbers; of an even count the mean of the two.
double median(std::vector<double> values);

// Takes the time between what it is told. A step is what lies between begin_step() and end_step(); several that
// are measured as one count alike.
class Stopwatch : public network::Observer {
 public:
  struct Lap {
    std::string phase, part;
    std::vector<double> seconds;  // one a step: the sum, where it comes back to the lap, or 0
  };

  explicit Stopwatch(std::unique_ptr<device::Timeline> timeline) : timeline_(std::move(timeline)) {}

  void begin_step();
  void finished(std::string_view phase, std::string_view part) override;
  void end_step(std::int64_t steps = 1);

  const std::vector<Lap>& laps() const { return laps_; }       // in the order of the step
  const std::vector<double>& steps() const { return steps_; }  // seconds

 private:
  std::unique_ptr<device::Timeline> timeline_;
  std::vector<std::size_t> finished_;  // laps, of the step
  std::vector<Lap> laps_;
  std::vector<double> steps_;
};

}  // namespace elubench::benchmark
