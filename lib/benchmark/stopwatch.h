// Time by phase, over many steps.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "network/observer.h"

namespace elubench::benchmark {

// The middle of some numbers; of an even count the lower of the two.
double median(std::vector<double> values);

// Takes the time between what it is told. A step is what lies between begin_step() and end_step(); several that
// are measured as one count alike.
class Stopwatch : public network::Observer {
 public:
  // wait: called before each look at the clock, and returns when what was asked of a device is done.
  explicit Stopwatch(std::function<void()> wait) : wait_(std::move(wait)) {}

  struct Lap {
    std::string phase, part;
    std::vector<double> seconds;  // one a step
  };

  void begin_step();
  void finished(std::string_view phase, std::string_view part) override;
  void end_step(std::int64_t steps = 1);

  const std::vector<Lap>& laps() const { return laps_; }       // in the order of the step
  const std::vector<double>& steps() const { return steps_; }  // seconds

 private:
  using Clock = std::chrono::steady_clock;

  std::function<void()> wait_;
  Clock::time_point began_, last_;
  std::size_t next_ = 0;  // lap of the step
  std::vector<Lap> laps_;
  std::vector<double> steps_;
};

}  // namespace elubench::benchmark
