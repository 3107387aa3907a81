#include "benchmark/hardware_peaks.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <vector>

#include "base/cpu.h"
#include "base/parallel.h"
#include "benchmark/timed.h"

namespace elubench::benchmark {
namespace {

double product_speed(std::int64_t side, at::TensorOptions options) {
  const at::Tensor a = at::randn({side, side}, options.dtype(at::kFloat)).to(options.dtype());
  at::Tensor product = at::empty_like(a);
  const Stopwatch watch = timed(options.device(), 0.3, 1, [&](Stopwatch&) { at::mm_out(product, a, a); });
  return 2 * std::pow(side, 3) / *std::min_element(watch.steps().begin(), watch.steps().end());
}

using Clock = std::chrono::steady_clock;

// A line that two threads hand to each other: whose turn it is, counted on.
class Line {
 public:
  explicit Line(Clock::time_point deadline) : deadline_(deadline) {}

  void hand_over(std::int64_t turn) { turn_.store(turn, std::memory_order_release); }

  // Whether it came in time: the other thread may not be running.
  bool wait_for(std::int64_t turn) const {
    constexpr std::int64_t looks_at_once = 4096;
    for (std::int64_t looks = 1; turn_.load(std::memory_order_acquire) != turn; ++looks) {
      if (looks % looks_at_once == 0 && Clock::now() > deadline_) return false;
    }
    return true;
  }

 private:
  Clock::time_point deadline_;
  alignas(128) std::atomic<std::int64_t> turn_ = 0;  // as far as some processors prefetch
};

std::optional<double> handover() {
  constexpr std::int64_t turns = 5'000;
  const auto deadline = Clock::now() + std::chrono::milliseconds(100);
  Line line(deadline);
  Clock::time_point first;  // once both threads run
  parallel_for(0, 2, 1, [&](std::int64_t own, std::int64_t) {
    for (std::int64_t turn = own; turn < turns && line.wait_for(turn); turn += 2) {
      if (turn == 2) first = Clock::now();
      line.hand_over(turn + 1);
    }
  });
  if (!line.wait_for(turns)) return std::nullopt;
  return std::chrono::duration<double>(Clock::now() - first).count() / (turns - 2);
}

}  // namespace

double measured_peak(train::Precision precision, at::Device device) {
  const bool bf16_is_faster = !device.is_cpu() || this_cpu().bf16_is_faster;
  const bool bf16 = precision == train::Precision::bf16 && bf16_is_faster;
  const auto options = at::TensorOptions(bf16 ? at::kBFloat16 : at::kFloat).device(device);
  const std::vector<std::int64_t> sides =
      device.is_cpu() ? std::vector<std::int64_t>{512, 1024, 2048} : std::vector<std::int64_t>{4096, 8192};
  double best = 0;
  for (const std::int64_t side : sides) best = std::max(best, product_speed(side, options));
  return best;
}

double measured_bandwidth(at::Device device) {
  const at::Tensor from = at::ones({std::int64_t{1} << 27}, at::TensorOptions(at::kFloat).device(device));
  at::Tensor to = at::zeros_like(from);
  const Stopwatch watch = timed(device, 0.3, 1, [&](Stopwatch&) { to.copy_(from); });
  const double bytes = 2.0 * static_cast<double>(from.nbytes());
  return bytes / *std::min_element(watch.steps().begin(), watch.steps().end());
}

std::optional<double> measured_handover() {
  constexpr int times = 10;
  if (thread_count() < 2) return std::nullopt;
  std::optional<double> best;
  for (int time = 0; time < times; ++time) {
    const std::optional<double> found = handover();
    if (!found) return best;
    best = std::min(best.value_or(*found), *found);  // in others a thread may have had to wait
  }
  return best;
}

}  // namespace elubench::benchmark
