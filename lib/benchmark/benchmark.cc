#include "benchmark/benchmark.h"

#include <ATen/ATen.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>

#include "activation/table.h"
#include "benchmark/stopwatch.h"
#include "network/table.h"
#include "train/batches.h"
#include "train/build.h"
#include "train/step.h"

namespace elubench::benchmark {
namespace {

constexpr int warm_up_steps = 3;
constexpr std::int64_t classes = 100;
constexpr std::int64_t images = 5000;

train::Specification specification_of(const Request& request) {
  train::Specification specification;
  specification.network.name = request.network;
  specification.network = network::resolved(specification.network);
  specification.activation = activation::to_text(activation::parse(request.activation));
  specification.batch_norm = request.batch_norm;
  specification.batch_size = request.batch_size;
  specification.precision = request.precision;
  specification.learning_rate = {{0, 1e-4}};  // what is measured must not diverge
  return specification;
}

data::Dataset made_up_dataset(at::Device device) {
  data::Dataset dataset;
  dataset.classes = classes;
  const auto options = at::TensorOptions(at::kFloat).device(device);
  dataset.train = {at::randn({images, 32, 32, 3}, options),
                   at::arange(images, options.dtype(at::kLong)) % classes};
  return dataset;
}

// Twice the multiply-adds: of a backward pass those of both gradients, but for the first layer's input.
double operations_of(const network::LayerGeometry& layer, std::int64_t batch_size, bool backward, bool first) {
  const double forward = 2 * static_cast<double>(layer.multiply_adds()) * static_cast<double>(batch_size);
  return backward && !first ? 2 * forward : forward;
}

double operations_of(const std::vector<network::LayerGeometry>& layers, std::int64_t batch_size,
                     const std::string& phase, const std::string& part) {
  for (const auto& layer : layers) {
    if (layer.name == part)
      return operations_of(layer, batch_size, phase == "backward", &layer == &layers.front());
  }
  return 0;
}

Speed speed_of(const Stopwatch& watch, const train::Specification& specification) {
  const auto layers = network::layers_of(specification.network, classes);
  Speed speed{};
  speed.seconds = median(watch.steps());
  speed.images_per_second = static_cast<double>(specification.batch_size) / speed.seconds;
  speed.fastest = *std::min_element(watch.steps().begin(), watch.steps().end());
  speed.slowest = *std::max_element(watch.steps().begin(), watch.steps().end());
  speed.steps = static_cast<std::int64_t>(watch.steps().size());
  for (const auto& lap : watch.laps()) {
    speed.phases.push_back({lap.phase, lap.part, median(lap.seconds),
                            operations_of(layers, specification.batch_size, lap.phase, lap.part)});
    speed.operations += speed.phases.back().operations;
  }
  return speed;
}

// Steps until they have taken so long together; the first ones are not counted.
template <class Step>
Stopwatch timed(double seconds, const Step& step) {
  Stopwatch warm_up;
  for (int i = 0; i < warm_up_steps; ++i) step(warm_up);
  Stopwatch watch;
  do {
    watch.begin_step();
    step(watch);
    watch.end_step();
  } while (watch.total() < seconds);
  return watch;
}

double product_speed(std::int64_t side, at::TensorOptions options) {
  const at::Tensor a = at::randn({side, side}, options.dtype(at::kFloat)).to(options.dtype());
  at::Tensor product = at::empty_like(a);
  const Stopwatch watch = timed(0.3, [&](Stopwatch&) { at::mm_out(product, a, a); });
  return 2 * std::pow(side, 3) / *std::min_element(watch.steps().begin(), watch.steps().end());
}

double measured_peak(train::Precision precision, at::Device device) {
  const auto options =
      at::TensorOptions(precision == train::Precision::bf16 ? at::kBFloat16 : at::kFloat).device(device);
  double best = 0;
  for (const std::int64_t side : {512, 1024, 2048}) best = std::max(best, product_speed(side, options));
  return best;
}

std::string convolutions_of(const Request& request) {
  const bool may_be_onednn = request.engine != convolution::Engine::libtorch && request.device == "cpu";
  return may_be_onednn ? convolution::automatic_engine(request.precision == train::Precision::bf16
                                                           ? convolution::OneDnnElement::bf16
                                                           : convolution::OneDnnElement::f32)
                       : "LibTorch";
}

std::int64_t most_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024;
}

}  // namespace

Result measure(const Request& request) {
  const train::Specification specification = specification_of(request);
  const at::Device device(request.device);
  const data::Dataset dataset = made_up_dataset(device);
  network::Network network = train::build_network(specification, classes, device, request.engine);
  train::set_initial_weights(specification, network);
  train::Step step(specification, dataset, network);
  Result result{};
  result.convolutions = convolutions_of(request);
  std::int64_t iteration = 0;
  kernel::LossTotals totals;
  result.training = speed_of(
      timed(request.seconds, [&](Stopwatch& watch) { step.run(iteration++, totals, &watch); }), specification);
  const network::Pass evaluation{.training = false, .seed = 0, .iteration = 0};
  result.inference = speed_of(timed(request.seconds,
                                    [&](Stopwatch& watch) {
                                      train::fill_in_order(dataset.train, 0, network);
                                      watch.finished("data", {});
                                      network.forward(evaluation, &watch);
                                    }),
                              specification);
  result.memory_bytes = most_memory();
  result.peak = measured_peak(request.precision, device);
  return result;
}

}  // namespace elubench::benchmark
