// Whole training steps: whether they repeat, and, on a GPU, whether recording them changes anything.
#include <cstring>

#include "base/error.h"
#include "device/scope.h"
#include "doctor/check.h"
#include "train/build.h"
#include "train/step.h"

namespace elubench::doctor {
namespace {

constexpr std::int64_t classes = 100;
constexpr std::int64_t iterations = 50;

train::Specification specification_of(train::Precision precision) {
  train::Specification specification;
  specification.network.width = 0.25;
  specification.network = network::resolved(specification.network);
  specification.activation = "elu(alpha=1)";
  specification.batch_norm = precision == train::Precision::fp32;
  specification.batch_size = 20;
  specification.precision = precision;
  // The learning rate and the dropout change on the way: a recorded step must follow.
  specification.learning_rate = {{0, 0.01}, {20, 0.005}};
  specification.network.dropout.phases = {{0, {0, 0, 0, 0, 0, 0, 0}}, {30, {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0}}};
  return specification;
}

data::Dataset made_up_dataset(at::Device device) {
  data::Dataset dataset;
  dataset.classes = classes;
  dataset.train = {noise({150, 32, 32, 3}, 9).to(device),
                   at::arange(150, at::kLong).remainder(classes).to(device)};
  return dataset;
}

struct Trained {
  at::Tensor values;  // float32, on the processor
  kernel::LossTotals totals;
  bool recorded;
};

Trained train_some(at::Device device, train::Precision precision, std::int64_t count, bool record) {
  const train::Specification specification = specification_of(precision);
  const data::Dataset dataset = made_up_dataset(device);
  network::Network network = train::build_network(specification, classes, device);
  train::set_initial_weights(specification, network);
  train::Step step(specification, dataset, network, record);
  for (std::int64_t i = 0; i < count; ++i) step.run();
  const auto position = step.position();
  if (!position.totals.finite()) throw Error("the loss is not finite");
  if (position.iteration != count) {
    throw Error("after " + std::to_string(count) + " steps it counts " + std::to_string(position.iteration));
  }
  return {network.parameters().values().cpu(), position.totals, step.recorded()};
}

void require_same_bits(const Trained& one, const Trained& other, const std::string& what) {
  const bool same =
      std::memcmp(one.values.const_data_ptr(), other.values.const_data_ptr(), one.values.nbytes()) == 0;
  if (same && one.totals.loss == other.totals.loss) return;
  const auto differ = (one.values != other.values).sum().item<std::int64_t>();
  throw Error(what + " give other bits: " + std::to_string(differ) + " of " + std::to_string(one.values.numel()) +
              " weights differ, " + error_text(relative_error(one.values, other.values)));
}

std::string check_repeats(at::Device device, train::Precision precision) {
  const Trained first = train_some(device, precision, iterations, true);
  require_same_bits(first, train_some(device, precision, iterations, true), "two runs of the same training");
  return std::to_string(iterations) + " iterations twice, the same bits";
}

std::string check_recording(at::Device device, train::Precision precision) {
  const Trained recorded = train_some(device, precision, iterations, true);
  if (!recorded.recorded) throw Error("the step could not be recorded; the warning above says why");
  require_same_bits(recorded, train_some(device, precision, iterations, false), "recorded steps");
  return std::to_string(iterations) + " iterations recorded and call by call, the same bits";
}

// A few steps: rounding grows with every one.
std::string check_against_processor(at::Device device) {
  constexpr std::int64_t count = 5;
  const Trained here = train_some(device, train::Precision::fp32, count, true);
  const Trained there = train_some(at::kCPU, train::Precision::fp32, count, false);
  const double loss = std::abs(here.totals.loss - there.totals.loss) / there.totals.loss;
  double largest = require_small(0, loss, 1e-4, "loss");
  largest = require_small(largest, relative_error(here.values, there.values), 1e-3, "weights");
  return std::to_string(count) + " iterations in fp32, " + error_text(largest);
}

std::string memory_found(at::Device device) {
  const double gigabytes = static_cast<double>(device::most_memory(device)) / 1e9;
  return std::to_string(gigabytes).substr(0, 5) + " GB held at most by these checks";
}

}  // namespace

std::vector<Check> training_checks(at::Device device) {
  using train::Precision;
  std::vector<Check> checks;
  for (const Precision precision : {Precision::fp32, Precision::bf16}) {
    const std::string name = precision == Precision::fp32 ? "fp32, batch normalisation" : "bf16";
    checks.push_back(
        {"training repeats itself, " + name, [precision](at::Device on) { return check_repeats(on, precision); }});
    if (device.is_cpu()) continue;
    checks.push_back({"a recorded step is the step, " + name,
                      [precision](at::Device on) { return check_recording(on, precision); }});
  }
  if (device.is_cpu()) return checks;
  checks.push_back({"training agrees with the processor's", check_against_processor});
  checks.push_back({"memory", memory_found});
  return checks;
}

}  // namespace elubench::doctor
