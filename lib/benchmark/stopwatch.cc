#include "benchmark/stopwatch.h"

#include <algorithm>

namespace elubench::benchmark {
namespace {

double seconds_between(std::chrono::steady_clock::time_point from, std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void Stopwatch::begin_step() {
  next_ = 0;
  wait_();
  began_ = last_ = Clock::now();
}

void Stopwatch::finished(std::string_view phase, std::string_view part) {
  wait_();
  const auto now = Clock::now();
  if (next_ == laps_.size()) laps_.push_back({std::string(phase), std::string(part), {}});
  laps_[next_++].seconds.push_back(seconds_between(last_, now));
  last_ = now;
}

void Stopwatch::end_step(std::int64_t steps) {
  wait_();
  steps_.push_back(seconds_between(began_, Clock::now()) / static_cast<double>(steps));
}

}  // namespace elubench::benchmark
