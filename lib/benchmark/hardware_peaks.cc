#include "benchmark/hardware_peaks.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/cpu.h"
#include "benchmark/timed.h"

namespace elubench::benchmark {
namespace {

double product_speed(std::int64_t side, at::TensorOptions options) {
  const at::Tensor a = at::randn({side, side}, options.dtype(at::kFloat)).to(options.dtype());
  at::Tensor product = at::empty_like(a);
  const Stopwatch watch = timed(options.device(), 0.3, 1, [&](Stopwatch&) { at::mm_out(product, a, a); });
  return 2 * std::pow(side, 3) / *std::min_element(watch.steps().begin(), watch.steps().end());
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

}  // namespace elubench::benchmark
