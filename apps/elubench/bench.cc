#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "activation/table.h"
#include "base/call_text.h"
#include "base/error.h"
#include "base/parallel.h"
#include "bench_experiment.h"
#include "benchmark/benchmark.h"
#include "command.h"
#include "experiment/build_info.h"
#include "experiment/device.h"
#include "network/table.h"

namespace elubench {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* footer =
    "Trains on made-up images of CIFAR-100's size: gather and augment, forward, loss, backward, update. Inference "
    "is\n"
    "gather and forward. Times are medians; the peak is that of a large matrix product in the same precision, or "
    "in\n"
    "float32 where a processor does not multiply bf16 faster. Stop other programs first, and compare alternating\n"
    "runs: a single one says little.\n"
    "With EXPERIMENT, its activations are measured in turn, in its network, batch and precision, and written to\n"
    "EXPERIMENT/bench.csv after each round, from which scripts/report judges what ELU costs.\n"
    "\n"
    "Examples:\n"
    "  elubench bench --precision bf16\n"
    "  elubench bench --network elu18 --batch 100 --json\n"
    "  elubench bench results/quickstart --seconds 2";

struct BenchOptions {
  std::string network = "elu11", activation = "elu";
  bool batch_norm = false;
  std::int64_t batch_size = 100;
  std::string precision = "auto", convolutions = "auto", device = "auto";
  double seconds = 10;
  int threads = 0;
  bool json = false;
  std::string experiment;
  int rounds = 10;
};

template <class Enumeration>
Enumeration named(const std::string& option, const std::string& name) {
  if (const auto value = from_name<Enumeration>(name)) return *value;
  throw UsageError(option + ": unknown choice '" + name + "'" + suggestion(name, names_of<Enumeration>()));
}

Json json_of(const benchmark::Speed& speed) {
  Json phases = Json::array();
  for (const auto& phase : speed.phases) {
    phases.push_back({{"phase", phase.name},
                      {"part", phase.part},
                      {"seconds", phase.seconds},
                      {"operations", phase.operations},
                      {"bytes", phase.bytes}});
  }
  return {{"images_per_second", speed.images_per_second},
          {"seconds", speed.seconds},
          {"fastest", speed.fastest},
          {"slowest", speed.slowest},
          {"steps", speed.steps},
          {"recorded", speed.recorded},
          {"operations", speed.operations},
          {"phases", phases}};
}

Json json_of(const benchmark::Request& request, const experiment::Device& device,
             const benchmark::Result& result) {
  return {{"version", experiment::build_info().version},
          {"git_commit", experiment::build_info().git_commit},
          {"git_dirty", experiment::build_info().git_dirty},
          {"device", device.name},
          {"device_name", device.description},
          {"threads", thread_count()},
          {"network", request.specification.network.name},
          {"activation", request.specification.activation},
          {"batch_norm", request.specification.batch_norm},
          {"batch_size", request.specification.batch_size},
          {"precision", to_name(request.specification.precision)},
          {"convolutions", result.convolutions},
          {"peak", result.peak},
          {"bandwidth", result.bandwidth},
          {"handover_seconds", result.handover ? Json(*result.handover) : Json()},
          {"memory_bytes", result.memory_bytes},
          {"training", json_of(result.training)},
          {"unrepeatable_images_per_second", result.unrepeatable},
          {"inference", json_of(result.inference)}};
}

benchmark::Request request_of(const BenchOptions& options, const experiment::Device& device) {
  benchmark::Request request;
  request.device = device.name;
  request.engine = named<convolution::Engine>("--convolutions", options.convolutions);
  request.seconds = options.seconds;
  return request;
}

int measure_one(const BenchOptions& options) {
  const experiment::Device device = experiment::find_device(options.device);
  benchmark::Request request = request_of(options, device);
  train::Specification& specification = request.specification;
  specification.network.name = options.network;
  specification.network = network::resolved(specification.network);
  specification.activation = activation::to_text(activation::parse(options.activation));
  specification.batch_norm = options.batch_norm;
  specification.batch_size = options.batch_size;
  const std::string best = device.bf16_is_faster ? "bf16" : "fp32";
  specification.precision =
      named<train::Precision>("--precision", options.precision == "auto" ? best : options.precision);
  const benchmark::Result result = benchmark::measure(request);
  if (options.json) {
    std::cout << json_of(request, device, result).dump(2) << "\n";
  } else {
    std::cout << device.description << ", " << thread_count()
              << " threads: " << benchmark::text_of(request, result);
  }
  return 0;
}

int bench(const BenchOptions& options) {
  set_thread_count(options.threads);
  if (options.experiment.empty()) return measure_one(options);
  return bench_experiment(options.experiment, options.device, options.rounds,
                          [&](const experiment::Device& device) { return request_of(options, device); });
}

}  // namespace

void add_bench_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App& command =
      *app.add_subcommand("bench", "How fast training and inference are here, and where time goes");
  command.footer(footer);
  CLI::Option* experiment = command.add_option("EXPERIMENT", options->experiment,
                                               "compare its activations; else one network is measured");
  const auto of_one_network = [experiment](CLI::Option* option) { option->excludes(experiment); };
  of_one_network(
      command.add_option("--network", options->network, "elubench list networks")->capture_default_str());
  of_one_network(
      command.add_option("--activation", options->activation, "elubench list activations")->capture_default_str());
  of_one_network(command.add_flag("--batch-norm", options->batch_norm, "before the activation"));
  of_one_network(command.add_option("--batch", options->batch_size, "images a step")
                     ->check(is_decimal())
                     ->check(CLI::Range(1, 100000))
                     ->type_name("N")
                     ->capture_default_str());
  of_one_network(
      command.add_option("--precision", options->precision, "fp32, bf16 or auto: bf16 where that is faster")
          ->capture_default_str());
  of_one_network(command.add_flag("--json", options->json, "as JSON; times in seconds"));
  command.add_option("--rounds", options->rounds, "with EXPERIMENT: how often each activation is measured")
      ->check(is_decimal())
      ->check(CLI::Range(1, 1000))
      ->type_name("N")
      ->needs(experiment)
      ->capture_default_str();
  command.add_option("--convolutions", options->convolutions, "auto, winograd, onednn or libtorch")
      ->capture_default_str();
  command.add_option("--seconds", options->seconds, "to measure training, and again inference")
      ->check(CLI::Range(0.0, 3600.0))
      ->type_name("S")
      ->capture_default_str();
  add_device_options(command, options->device, options->threads);
  command.callback([options, &action] { action = [options] { return bench(*options); }; });
}

}  // namespace elubench
