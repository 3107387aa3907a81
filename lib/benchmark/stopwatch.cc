#include "benchmark/stopwatch.h"

#include <algorithm>
#include <numeric>

namespace elubench::benchmark {

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void Stopwatch::begin_step() {
  next_ = 0;
  timeline_->mark();
}

void Stopwatch::finished(std::string_view phase, std::string_view part) {
  timeline_->mark();
  if (next_ == laps_.size()) laps_.push_back({std::string(phase), std::string(part), {}});
  ++next_;
}

// What lies between the last lap and the end belongs to the step alone.
void Stopwatch::end_step(std::int64_t steps) {
  timeline_->mark();
  const std::vector<double> between = timeline_->seconds();
  for (std::size_t lap = 0; lap < next_; ++lap) laps_[lap].seconds.push_back(between[lap]);
  steps_.push_back(std::accumulate(between.begin(), between.end(), 0.0) / static_cast<double>(steps));
}

}  // namespace elubench::benchmark
