#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/call_text.h"
#include "base/error.h"
#include "base/parallel.h"
#include "benchmark/benchmark.h"
#include "command.h"
#include "experiment/build_info.h"
#include "experiment/device.h"

namespace elubench {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* footer =
    "Trains on made-up images of CIFAR-100's size: gather and augment, forward, loss, backward, update. Inference "
    "is\n"
    "gather and forward. Times are medians; the peak is that of a large matrix product in the same precision. "
    "Stop other\n"
    "programs first, and compare alternating runs: a single one says little.\n"
    "\n"
    "Examples:\n"
    "  elubench bench --precision bf16\n"
    "  elubench bench --network elu18 --batch 100 --json";

struct BenchOptions {
  benchmark::Request request;
  std::string precision = "auto", convolutions = "auto", device = "auto";
  int threads = 0;
  bool json = false;
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
          {"operations", speed.operations},
          {"phases", phases}};
}

Json json_of(const benchmark::Request& request, const experiment::Device& device,
             const benchmark::Result& result) {
  return {{"version", experiment::build_info().version},
          {"git_commit", experiment::build_info().git_commit},
          {"device", device.name},
          {"device_name", device.description},
          {"threads", thread_count()},
          {"network", request.network},
          {"activation", request.activation},
          {"batch_norm", request.batch_norm},
          {"batch_size", request.batch_size},
          {"precision", to_name(request.precision)},
          {"convolutions", result.convolutions},
          {"peak", result.peak},
          {"bandwidth", result.bandwidth},
          {"memory_bytes", result.memory_bytes},
          {"training", json_of(result.training)},
          {"unrepeatable_images_per_second", result.unrepeatable},
          {"inference", json_of(result.inference)}};
}

int bench(BenchOptions options) {
  set_thread_count(options.threads);
  const experiment::Device device = experiment::find_device(options.device);
  options.request.device = device.name;
  options.request.engine = named<convolution::Engine>("--convolutions", options.convolutions);
  if (options.precision == "auto") options.precision = device.multiplies_bf16 ? "bf16" : "fp32";
  options.request.precision = named<train::Precision>("--precision", options.precision);
  const benchmark::Result result = benchmark::measure(options.request);
  if (options.json) {
    std::cout << json_of(options.request, device, result).dump(2) << "\n";
  } else {
    std::cout << device.description << ", " << thread_count()
              << " threads: " << benchmark::text_of(options.request, result);
  }
  return 0;
}

}  // namespace

void add_bench_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<BenchOptions>();
  auto& request = options->request;
  CLI::App& command =
      *app.add_subcommand("bench", "How fast training and inference are here, and where time goes");
  command.footer(footer);
  command.add_option("--network", request.network, "elubench list networks")->capture_default_str();
  command.add_option("--activation", request.activation, "elubench list activations")->capture_default_str();
  command.add_flag("--batch-norm", request.batch_norm, "before the activation");
  command.add_option("--batch", request.batch_size, "images a step")
      ->check(CLI::Range(1, 100000))
      ->type_name("N")
      ->capture_default_str();
  command.add_option("--precision", options->precision, "fp32, bf16 or auto: bf16 where the device multiplies it")
      ->capture_default_str();
  command.add_option("--convolutions", options->convolutions, "auto, winograd, onednn or libtorch")
      ->capture_default_str();
  command.add_option("--seconds", request.seconds, "to measure training, and again inference")
      ->check(CLI::Range(0.0, 3600.0))
      ->type_name("S")
      ->capture_default_str();
  add_device_options(command, options->device, options->threads);
  command.add_flag("--json", options->json, "as JSON; times in seconds");
  command.callback([options, &action] { action = [options] { return bench(*options); }; });
}

}  // namespace elubench
