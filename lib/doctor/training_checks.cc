// Whole training steps: whether they repeat and can be saved, and, on a GPU, whether recording them changes
// anything and whether the processor does the same.
#include <cmath>
#include <cstring>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "device/scope.h"
#include "doctor/check.h"
#include "train/build.h"
#include "train/checkpoint.h"
#include "train/diagnostics.h"
#include "train/evaluation.h"
#include "train/step.h"

namespace elubench::doctor {
namespace {

constexpr std::int64_t classes = 100;
constexpr std::int64_t iterations = 50;

// The learning rate and the dropout change on the way: a recorded step must follow. With batch normalisation
// numbers are dropped before the pool, without it after: both are checked.
train::Specification specification_of(train::Precision precision, bool batch_norm, double width) {
  train::Specification specification;
  specification.network.width = width;
  specification.network = network::resolved(specification.network);
  specification.activation = "elu(alpha=1)";
  specification.batch_norm = batch_norm;
  specification.network.dropout_place =
      batch_norm ? network::DropoutPlace::before_pool : network::DropoutPlace::after_pool;
  specification.batch_size = 20;
  specification.precision = precision;
  specification.learning_rate = {{0, 0.01}, {20, 0.005}};
  specification.network.dropout.phases = {{0, {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0}}, {30, {0, 0.5, 0.4, 0.3, 0, 0, 0}}};
  return specification;
}

// A GPU gets the sizes of training, by which its library chooses.
double width_on(at::Device device) { return device.is_cpu() ? 0.25 : 1; }

data::Dataset made_up_dataset(at::Device device) {
  data::Dataset dataset;
  dataset.classes = classes;
  dataset.train = {noise({150, 32, 32, 3}, 9).to(device),
                   at::arange(150, at::kLong).remainder(classes).to(device)};
  return dataset;
}

struct Trained {
  std::map<std::string, at::Tensor> changes;  // of each parameter, since the beginning; on the processor
  at::Tensor values;                          // of all, likewise
  kernel::LossTotals totals;
  std::vector<train::LayerDiagnostics> layers;
  bool recorded;
};

Trained train_some(const train::Specification& specification, at::Device device, std::int64_t count, bool record,
                   convolution::Engine engine = convolution::Engine::automatic) {
  const data::Dataset dataset = made_up_dataset(device);
  network::Network network = train::build_network(specification, classes, device, engine);
  train::set_initial_weights(specification, network);
  const at::Tensor initial = network.parameters().values().clone();
  train::Step step(specification, dataset, network, record);
  for (std::int64_t i = 0; i < count; ++i) step.run();
  const auto position = step.position();
  if (!position.totals.finite()) throw Error("the loss is not finite");
  if (position.iteration != count) {
    throw Error("after " + std::to_string(count) + " steps it counts " + std::to_string(position.iteration));
  }
  Trained trained{{}, network.parameters().values().cpu().clone(), position.totals, {}, step.recorded()};
  trained.layers = train::diagnose(dataset.train, network);
  network.parameters().values().sub_(initial);
  for (const auto& entry : network.parameters().entries()) trained.changes[entry.name] = entry.value.cpu().clone();
  return trained;
}

void require_same_bits(const Trained& one, const Trained& other, const std::string& what) {
  const bool same =
      std::memcmp(one.values.const_data_ptr(), other.values.const_data_ptr(), one.values.nbytes()) == 0;
  if (same && one.totals.loss == other.totals.loss) return;
  const auto differ = (one.values != other.values).sum().item<std::int64_t>();
  throw Error(what + " give other bits: " + std::to_string(differ) + " of " + std::to_string(one.values.numel()) +
              " weights differ, " + error_text(relative_error(one.values, other.values)));
}

std::string check_repeats(const train::Specification& specification, at::Device device) {
  const Trained first = train_some(specification, device, iterations, true);
  require_same_bits(first, train_some(specification, device, iterations, true), "two runs of the same training");
  return std::to_string(iterations) + " iterations twice, the same bits";
}

std::string check_recording(const train::Specification& specification, at::Device device) {
  const Trained recorded = train_some(specification, device, iterations, true);
  if (!recorded.recorded) throw Error("the step could not be recorded; the warning above says why");
  require_same_bits(recorded, train_some(specification, device, iterations, false), "recorded steps");
  return std::to_string(iterations) + " iterations recorded and call by call, the same bits";
}

// Direct convolutions where there are some: beside a GPU's, Winograd's in bfloat16 would take up the tolerance.
convolution::Engine processor_engine(const train::Specification& specification) {
  try {
    train::build_network(specification, classes, at::kCPU, convolution::Engine::onednn);
    return convolution::Engine::onednn;
  } catch (const UsageError&) {
    return convolution::Engine::automatic;
  }
}

// A few steps, for rounding grows with every one. The biases before batch normalisation are left out: they have no
// gradient but rounding.
std::string check_against_processor(const train::Specification& specification, at::Device device) {
  constexpr std::int64_t count = 5;
  const bool bf16 = specification.precision == train::Precision::bf16;
  const Trained here = train_some(specification, device, count, true);
  const Trained there = train_some(specification, at::kCPU, count, false, processor_engine(specification));
  const double loss = std::abs(here.totals.loss - there.totals.loss) / there.totals.loss;
  require_small(0, loss, bf16 ? 1e-2 : 1e-4, "loss");
  double largest = 0;
  for (const auto& [name, change] : there.changes) {
    if (specification.batch_norm && name.starts_with("conv") && name.ends_with("bias")) continue;
    largest = require_small(largest, relative_error(here.changes.at(name), change), bf16 ? 0.3 : 1e-2,
                            "change of " + name);
  }
  for (std::size_t l = 0; l < there.layers.size(); ++l) {
    const double expected = there.layers[l].gradient_norm;
    const double error = std::abs(here.layers[l].gradient_norm - expected) / expected;
    largest = require_small(largest, error, bf16 ? 0.3 : 1e-2, "gradient norm at " + there.layers[l].layer);
  }
  return std::to_string(count) + " iterations, changes of the weights and gradient norms, " + error_text(largest);
}

// After some training, so that batch normalisation has statistics to evaluate with.
network::Network trained_network(const train::Specification& specification, const data::Dataset& dataset,
                                 at::Device device) {
  network::Network network = train::build_network(specification, classes, device);
  train::set_initial_weights(specification, network);
  train::Step step(specification, dataset, network);
  for (int i = 0; i < 5; ++i) step.run();
  device::synchronize(device);
  return network;
}

void copy_parameters(network::Parameters& from, network::Parameters& to) {
  to.values().copy_(from.values());
  for (std::size_t i = 0; i < to.statistics().size(); ++i) {
    to.statistics()[i].value.copy_(from.statistics()[i].value);
  }
  to.refresh_copy();
}

// Of the same weights. 150 images are no multiple of the batch.
std::string check_evaluation(const train::Specification& specification, at::Device device) {
  const bool bf16 = specification.precision == train::Precision::bf16;
  const data::Dataset dataset = made_up_dataset(device), dataset_there = made_up_dataset(at::kCPU);
  network::Network here = trained_network(specification, dataset, device);
  network::Network there = train::build_network(specification, classes, at::kCPU, processor_engine(specification));
  copy_parameters(here.parameters(), there.parameters());
  const double expected = train::evaluate(dataset_there.train, there).loss;
  const double loss = train::evaluate(dataset.train, here).loss;
  const double largest =
      require_small(0, std::abs(loss - expected) / expected, bf16 ? 2e-2 : 1e-4, "loss of the test images");
  const auto layers = train::diagnose(dataset.train, here),
             layers_there = train::diagnose(dataset_there.train, there);
  for (std::size_t l = 0; l < layers.size(); ++l) {
    if (!layers[l].has_activation) continue;
    const double scale = layers_there[l].activation_std;
    const double mean = std::abs(layers[l].activation_mean - layers_there[l].activation_mean) / scale;
    require_small(0, mean, bf16 ? 2e-2 : 1e-4, "mean activation of " + layers[l].layer);
    const double deviation = std::abs(layers[l].activation_std - scale) / scale;
    require_small(0, deviation, bf16 ? 2e-2 : 1e-4, "deviation of activations of " + layers[l].layer);
  }
  return "loss, mean and deviation of activations, " + error_text(largest);
}

std::string check_checkpoint(const train::Specification& specification, at::Device device) {
  const data::Dataset dataset = made_up_dataset(device);
  network::Network network = trained_network(specification, dataset, device);
  const TemporaryFolder folder;
  train::CheckpointStore store(folder.path());
  store.save({}, network.parameters());
  network::Network other = train::build_network(specification, classes, device);
  store.load(0, other.parameters());
  const auto require = [](const at::Tensor& one, const at::Tensor& two, const std::string& what) {
    if (!at::equal(one, two)) throw Error(what + " come back with other bits");
  };
  require(network.parameters().values(), other.parameters().values(), "weights");
  require(network.parameters().velocities(), other.parameters().velocities(), "velocities");
  require(network.parameters().copy(), other.parameters().copy(), "the weights' copies");
  for (const auto& statistic : network.parameters().statistics()) {
    require(statistic.value, other.parameters().statistic(statistic.name), statistic.name);
  }
  return "every bit";
}

}  // namespace

std::vector<Check> training_checks(at::Device device) {
  using train::Precision;
  std::vector<Check> checks;
  const auto add = [&](const std::string& name, auto check, Precision precision, bool batch_norm) {
    const auto specification = specification_of(precision, batch_norm, width_on(device));
    const std::string variant =
        std::string(", ") + std::string(to_name(precision)) + (batch_norm ? ", batch normalisation" : "");
    checks.push_back({name + variant, [=](at::Device on) { return check(specification, on); }});
  };
  for (const auto& [precision, batch_norm] : {std::pair{Precision::fp32, false},
                                              {Precision::fp32, true},
                                              {Precision::bf16, false},
                                              {Precision::bf16, true}}) {
    add("training repeats itself", check_repeats, precision, batch_norm);
    add("a checkpoint gives back what was saved", check_checkpoint, precision, batch_norm);
    if (device.is_cpu()) continue;
    add("a recorded step is the step", check_recording, precision, batch_norm);
    add("training agrees with the processor's", check_against_processor, precision, batch_norm);
    add("evaluation agrees with the processor's", check_evaluation, precision, batch_norm);
  }
  return checks;
}

}  // namespace elubench::doctor
