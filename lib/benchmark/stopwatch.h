// Time by phase, over many steps.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "network/observer.h"

namespace elubench::benchmark {

// The middle of some numbers; of an even count the lower of the two.
double median(std::vector<double> values);

// Takes the time between what it is told. A step is what lies between begin_step() and end_step().
class Stopwatch : public network::Observer {
 public:
  struct Lap {
    std::string phase, part;
    std::vector<double> seconds;  // one a step
  };

  void begin_step();
  void finished(std::string_view phase, std::string_view part) override;
  void end_step();

  const std::vector<Lap>& laps() const { return laps_; }  // in the order of the step
  const std::vector<double>& steps() const { return steps_; }
  double total() const;

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point began_, last_;
  std::size_t next_ = 0;  // lap of the step
  std::vector<Lap> laps_;
  std::vector<double> steps_;
};

}  // namespace elubench::benchmark
