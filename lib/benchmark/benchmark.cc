#include "benchmark/benchmark.h"

#include <ATen/ATen.h>
#include <sys/resource.h>

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "benchmark/hardware_peaks.h"
#include "benchmark/step_work.h"
#include "benchmark/timed.h"
#include "device/graph.h"
#include "device/scope.h"
#include "train/batches.h"
#include "train/build.h"
#include "train/step.h"

namespace elubench::benchmark {
namespace {

constexpr std::int64_t steps_together = 10;  // on a GPU, where looking at the clock means waiting
constexpr std::int64_t images = 5000;

// The dropout rates that most iterations have, from the beginning on.
void keep_longest_phase(network::Dropout& dropout, std::int64_t iterations) {
  std::int64_t longest = -1;
  std::vector<double> rates;
  for (std::size_t i = 0; i < dropout.phases.size(); ++i) {
    const std::int64_t next = i + 1 < dropout.phases.size() ? dropout.phases[i + 1].from : iterations;
    const std::int64_t length = std::min(next, iterations) - dropout.phases[i].from;
    if (i > 0 && length <= longest) continue;
    longest = length;
    rates = dropout.phases[i].rates;
  }
  if (!rates.empty()) dropout.phases = {{0, rates}};
}

data::Dataset made_up_dataset(std::int64_t classes, at::Device device) {
  data::Dataset dataset;
  dataset.classes = classes;
  const auto options = at::TensorOptions(at::kFloat).device(device);
  dataset.train = {at::randn({images, 32, 32, 3}, options),
                   at::arange(images, options.dtype(at::kLong)) % classes};
  return dataset;
}

// steps: where the time of a step comes from; laps: where those of its phases do.
Speed speed_of(const Stopwatch& steps, const Stopwatch& laps, const StepWork& work, std::int64_t batch_size) {
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
        specification_(measured_specification(request)),
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
    Speed speed = speed_of(recorded_steps(), laps, work_, specification_.batch_size);
    speed.recorded = step_.recorded();
    return speed;
  }

  double recorded_images_per_second() {
    const double seconds = median(recorded_steps().steps());
    return static_cast<double>(specification_.batch_size) / seconds;
  }

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
    Speed speed = speed_of(steps, laps, work_, specification_.batch_size);
    speed.recorded = graph.recorded();
    return speed;
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
    Stopwatch steps = timed(device_, seconds_, steps_together, [&](Stopwatch&) { step_.run(); });
    require_finite();
    return steps;
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
  StepWork work_;
};

}  // namespace

train::Specification measured_specification(const Request& request) {
  train::Specification specification = request.specification;
  keep_longest_phase(specification.network.dropout, specification.iterations);
  specification.learning_rate = {{0, 1e-4}};  // what is measured must not diverge
  return specification;
}

std::string convolutions_of(const Request& request) {
  return train::convolutions_of(measured_specification(request), request.classes, at::Device(request.device),
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
    result.inference = bench.inference();
    result.memory_bytes = most_memory(device);
    result.peak = measured_peak(request.specification.precision, device);
    result.bandwidth = measured_bandwidth(device);
    if (device.is_cpu()) result.handover = measured_handover();
  }
  if (!device.is_cpu()) {
    const device::Scope scope(device, device::Algorithms::fastest);
    result.unrepeatable = Bench(request, device).recorded_images_per_second();
  }
  return result;
}

}  // namespace elubench::benchmark
