#include "benchmark/benchmark.h"

#include <ATen/ATen.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/cpu.h"
#include "base/error.h"
#include "base/log.h"
#include "benchmark/stopwatch.h"
#include "device/graph.h"
#include "device/scope.h"
#include "device/timeline.h"
#include "network/table.h"
#include "train/batches.h"
#include "train/build.h"
#include "train/step.h"

namespace elubench::benchmark {
namespace {

constexpr int warm_up_steps = 3;
constexpr std::int64_t steps_together = 10;  // on a GPU, where looking at the clock means waiting
constexpr std::int64_t images = 5000;

train::Specification specification_of(const Request& request) {
  train::Specification specification = request.specification;
  specification.learning_rate = {{0, 1e-4}};  // what is measured must not diverge
  return specification;
}

data::Dataset made_up_dataset(std::int64_t classes, at::Device device) {
  data::Dataset dataset;
  dataset.classes = classes;
  const auto options = at::TensorOptions(at::kFloat).device(device);
  dataset.train = {at::randn({images, 32, 32, 3}, options),
                   at::arange(images, options.dtype(at::kLong)) % classes};
  return dataset;
}

// Of one step: what its phases have to do.
class Work {
 public:
  Work(const train::Specification& specification, const network::Network& network)
      : layers_(network.layers()),
        batch_(static_cast<double>(network.batch_size())),
        element_(specification.precision == train::Precision::bf16 ? 2 : 4),
        parameters_(static_cast<double>(network.parameters().count())) {}

  // Twice the multiply-adds: of a backward pass those of both gradients, but for the first layer's input.
  double operations(const std::string& phase, const std::string& part) const {
    for (const auto& layer : layers_) {
      if (layer.name != part) continue;
      const double forward = 2 * static_cast<double>(layer.multiply_adds()) * batch_;
      return phase == "backward" && &layer != &layers_.front() ? 2 * forward : forward;
    }
    return 0;
  }

  // Of what is bound by memory. A pool's backward pass reads its input again before it overwrites it. (Where the
  // first layer goes in slices, its pool reads the winners that it has written forward, and its input stays in the
  // caches.)
  double bytes(const std::string& phase, const std::string& part) const {
    if (phase == "update") return parameters_ * (3 * 4 + 2 * 4 + (element_ == 2 ? 2 : 0));
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      if (part != "pool" + std::to_string(l + 1)) continue;
      const double input = images_of(layers_[l].out_side, layers_[l].out_channels);
      return input * (phase == "backward" ? 2 : 1) + images_of(layers_[l].pooled_side, layers_[l].out_channels);
    }
    return 0;
  }

 private:
  double images_of(std::int64_t side, std::int64_t channels) const {
    return batch_ * element_ * static_cast<double>(side * side * channels);
  }

  std::vector<network::LayerGeometry> layers_;
  double batch_, element_, parameters_;
};

// steps: where the time of a step comes from; laps: where those of its phases do.
Speed speed_of(const Stopwatch& steps, const Stopwatch& laps, const Work& work, std::int64_t batch_size) {
  Speed speed{};
  speed.seconds = median(steps.steps());
  speed.images_per_second = static_cast<double>(batch_size) / speed.seconds;
  speed.fastest = *std::min_element(steps.steps().begin(), steps.steps().end());
  speed.slowest = *std::max_element(steps.steps().begin(), steps.steps().end());
  speed.steps = static_cast<std::int64_t>(steps.steps().size());
  for (const auto& lap : laps.laps()) {
    speed.phases.push_back({lap.phase, lap.part, median(lap.seconds), work.operations(lap.phase, lap.part),
                            work.bytes(lap.phase, lap.part)});
    speed.operations += speed.phases.back().operations;
  }
  return speed;
}

Stopwatch stopwatch_for(at::Device device) { return Stopwatch(device::make_timeline(device.str())); }

// Calls step(watch) for so long, `together` calls measured as one; the first ones are not counted. A GPU is kept
// occupied before a single call, or the times of its parts would be those that the host takes to queue them.
template <class Step>
Stopwatch timed(at::Device device, double seconds, std::int64_t together, const Step& step) {
  Stopwatch warm_up = stopwatch_for(device);
  warm_up.begin_step();
  for (int i = 0; i < warm_up_steps; ++i) step(warm_up);
  warm_up.end_step();
  Stopwatch watch = stopwatch_for(device);
  const auto start = std::chrono::steady_clock::now();
  do {
    if (together == 1) device::occupy(device);
    watch.begin_step();
    for (std::int64_t i = 0; i < together; ++i) step(watch);
    watch.end_step(together);
  } while (std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < seconds);
  return watch;
}

double product_speed(std::int64_t side, at::TensorOptions options) {
  const at::Tensor a = at::randn({side, side}, options.dtype(at::kFloat)).to(options.dtype());
  at::Tensor product = at::empty_like(a);
  const Stopwatch watch = timed(options.device(), 0.3, 1, [&](Stopwatch&) { at::mm_out(product, a, a); });
  return 2 * std::pow(side, 3) / *std::min_element(watch.steps().begin(), watch.steps().end());
}

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

// Beyond every cache.
double measured_bandwidth(at::Device device) {
  const at::Tensor from = at::ones({std::int64_t{1} << 27}, at::TensorOptions(at::kFloat).device(device));
  at::Tensor to = at::zeros_like(from);
  const Stopwatch watch = timed(device, 0.3, 1, [&](Stopwatch&) { to.copy_(from); });
  const double bytes = 2.0 * static_cast<double>(from.nbytes());
  return bytes / *std::min_element(watch.steps().begin(), watch.steps().end());
}

std::int64_t most_memory(at::Device device) {
  if (!device.is_cpu()) return device::most_memory(device);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024;
}

// A network in training, on made-up images.
class Bench {
 public:
  Bench(const Request& request, at::Device device)
      : device_(device),
        seconds_(request.seconds),
        specification_(specification_of(request)),
        dataset_(made_up_dataset(request.classes, device)),
        network_(train::build_network(specification_, request.classes, device, request.engine)),
        step_(specification_, dataset_, network_),
        work_(specification_, network_) {
    train::set_initial_weights(specification_, network_);
  }

  // A GPU's step is one recorded piece of work, whose parts are measured apart, call by call.
  Speed training() {
    const Stopwatch laps = timed(device_, seconds_, 1, [&](Stopwatch& watch) { step_.run(&watch); });
    require_finite();
    if (device_.is_cpu()) return speed_of(laps, laps, work_, specification_.batch_size);
    return speed_of(recorded_steps(), laps, work_, specification_.batch_size);
  }

  double recorded_images_per_second() {
    const double seconds = median(recorded_steps().steps());
    require_finite();
    return static_cast<double>(specification_.batch_size) / seconds;
  }

  // Whether training() measured a recorded step.
  bool recorded() const { return step_.recorded(); }

  Speed inference() {
    const Stopwatch laps = timed(device_, seconds_, 1, [&](Stopwatch& watch) { infer(&watch); });
    if (device_.is_cpu()) return speed_of(laps, laps, work_, specification_.batch_size);
    device::Graph graph;
    try {
      graph.record([&] { infer(nullptr); });
    } catch (const Error& error) {
      log_warning(error.what());
    }
    const Stopwatch steps = timed(device_, seconds_, steps_together,
                                  [&](Stopwatch&) { graph.recorded() ? graph.replay() : infer(nullptr); });
    return speed_of(steps, laps, work_, specification_.batch_size);
  }

 private:
  // A step whose loss is not finite does less than others.
  void require_finite() const {
    if (step_.position().totals.finite()) return;
    throw Error("the training step of " + specification_.activation +
                " cannot be measured: after a few steps its loss is not finite any more");
  }

  Stopwatch recorded_steps() {
    for (int i = 0; i < 2 * warm_up_steps; ++i) step_.run();  // until it is recorded
    return timed(device_, seconds_, steps_together, [&](Stopwatch&) { step_.run(); });
  }

  void infer(Stopwatch* watch) {
    train::fill_in_order(dataset_.train, 0, network_);
    if (watch) watch->finished("data", {});
    network_.forward(network::inference_pass, watch);
  }

  at::Device device_;
  double seconds_;
  train::Specification specification_;
  data::Dataset dataset_;
  network::Network network_;
  train::Step step_;
  Work work_;
};

}  // namespace

std::string convolutions_of(const Request& request) {
  return train::convolutions_of(request.specification, request.classes, at::Device(request.device),
                                request.engine);
}

Speeds measure_speeds(const Request& request) {
  const at::Device device(request.device);
  const device::Scope scope(device);
  Bench bench(request, device);
  return {bench.training(), bench.inference()};
}

Result measure(const Request& request) {
  const at::Device device(request.device);
  Result result{};
  result.convolutions = convolutions_of(request);
  {
    const device::Scope scope(device);
    Bench bench(request, device);
    result.training = bench.training();
    result.recorded = bench.recorded();
    result.inference = bench.inference();
    result.memory_bytes = most_memory(device);
    result.peak = measured_peak(request.specification.precision, device);
    result.bandwidth = measured_bandwidth(device);
  }
  if (!device.is_cpu()) {
    const device::Scope scope(device, true);
    result.unrepeatable = Bench(request, device).recorded_images_per_second();
  }
  return result;
}

}  // namespace elubench::benchmark
