#include "benchmark/stopwatch.h"

#include <algorithm>
#include <numeric>

namespace elubench::benchmark {

double median(std::vector<double> values) {
  const auto upper = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), upper, values.end());
  if (values.size() % 2 == 1) return *upper;
  return (*upper + *std::max_element(values.begin(), upper)) / 2;
}

void Stopwatch::begin_step() {
  finished_.clear();
  timeline_->mark();
}

void Stopwatch::finished(std::string_view phase, std::string_view part) {
  timeline_->mark();
  const auto lap =
      std::find_if(laps_.begin(), laps_.end(), [&](const Lap& l) { return l.phase == phase && l.part == part; });
  finished_.push_back(static_cast<std::size_t>(lap - laps_.begin()));
  if (lap == laps_.end())
    laps_.push_back({std::string(phase), std::string(part), std::vector<double>(steps_.size())});
}

// What lies between the last lap and the end belongs to the step alone.
void Stopwatch::end_step(std::int64_t steps) {
  timeline_->mark();
  const std::vector<double> between = timeline_->seconds();
  std::vector<double> of_lap(laps_.size());
  for (std::size_t i = 0; i < finished_.size(); ++i) of_lap[finished_[i]] += between[i];
  for (std::size_t lap = 0; lap < laps_.size(); ++lap) laps_[lap].seconds.push_back(of_lap[lap]);
  steps_.push_back(std::accumulate(between.begin(), between.end(), 0.0) / static_cast<double>(steps));
}

}  // namespace elubench::benchmark
