#include "experiment/dry_run.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "benchmark/benchmark.h"
#include "data/cifar_files.h"
#include "data/table.h"
#include "experiment/cost.h"
#include "experiment/environment.h"
#include "experiment/metrics_file.h"
#include "experiment/progress_text.h"
#include "experiment/run_folder.h"
#include "network/table.h"
#include "train/checkpoint.h"
#include "train/trainer.h"

namespace elubench::experiment {
namespace {

constexpr double bytes_a_metric_row = 45;
constexpr double test_metrics_a_layer = 4;  // mean, standard deviation, dead share, gradient norm
constexpr double seconds_to_measure = 1;

double as_double(std::int64_t value) { return static_cast<double>(value); }

std::int64_t classes_of(const Run& run) { return data::classes_of(run.specification.data.set); }

std::string state_text(const Experiment& experiment, const Run& run) {
  const Status status = read_status(experiment.path_of(run));
  if (status.state == State::fresh) return "to do";
  if (is_finished(experiment, run)) return status.text + ", nothing to do";
  const std::string reason = status.state == State::failed ? status.text : "begun";
  return reason + ", has rows up to iteration " + std::to_string(updates_done(metrics_of(experiment, run))) +
         ", to be resumed";
}

// Where the images are, or what to do where they are not.
std::string data_text(const Experiment& experiment) {
  const std::string& set = experiment.runs.front().specification.data.set;
  if (data::find_set(set).synthetic) return "made up as the run begins";
  try {
    const data::CifarSet& files = data::find_cifar(set);
    const auto folder = data::find_cifar_folder(files, experiment.locations);
    data::check_sizes(files, folder);
    return folder.string();
  } catch (const UsageError& error) {
    return "MISSING: " + std::string(error.what());
  }
}

// What the first run's network does here and now.
Rates measured_now(const Experiment& experiment) {
  const Run& run = experiment.runs.front();
  const auto speeds = benchmark::measure_speeds({.specification = run.specification,
                                                 .classes = classes_of(run),
                                                 .device = experiment.device.name,
                                                 .seconds = seconds_to_measure});
  return {speeds.training.images_per_second, speeds.inference.images_per_second};
}

MeasuredRates measured_so_far(const Experiment& experiment) {
  MeasuredRates rates;
  for (const Run& run : experiment.runs) {
    const RecordedSessions sessions = recorded_sessions(experiment.path_of(run));
    if (const auto measured = measured_rates(run, metrics_of(experiment, run), sessions)) {
      rates.add(sessions.worker, run.variant, *measured);
    }
  }
  return rates;
}

bool whitens(const Experiment& experiment) {
  return experiment.runs.front().specification.data.preprocessing == data::Preprocessing::gcn_zca;
}

std::string time_text(const Experiment& experiment, int threads) {
  const auto finished = [&](const Run& run) { return is_finished(experiment, run); };
  if (std::all_of(experiment.runs.begin(), experiment.runs.end(), finished)) return "none, every run is finished";
  MeasuredRates rates = measured_so_far(experiment);
  const std::string& first = experiment.runs.front().variant;
  const std::string worker = worker_text(experiment.device.name, experiment.device.description, threads);
  std::string source = "from what its runs on such a device have measured";
  if (!rates.of(worker, first)) {
    rates.add(worker, first, measured_now(experiment));
    source = "from some steps of " + first + " measured just now: rough, and too long where other programs run";
  }
  double seconds = 0;
  for (const Run& run : experiment.runs) {
    if (finished(run)) continue;
    seconds += seconds_left(run, updates_done(metrics_of(experiment, run)), *rates.of(worker, run.variant));
  }
  return "about " + duration_text(seconds) + " for one worker, at " +
         std::to_string(std::llround(rates.of(worker, first)->training)) + " images/s in training, " + source +
         (whitens(experiment) ? "; the whitening is fitted once on top" : "");
}

double metrics_bytes(const Run& run) {
  const auto& specification = run.specification;
  const double layers =
      as_double(static_cast<std::int64_t>(network::layers_of(specification.network, classes_of(run)).size()));
  const double training = 5 * (as_double(specification.iterations) / as_double(specification.log_every) + 1);
  const double tests = as_double(specification.iterations) / as_double(specification.test_every) + 1;
  return bytes_a_metric_row * (training + tests * (4 + test_metrics_a_layer * layers));
}

std::string disk_text(const Experiment& experiment) {
  double checkpoints = 0;
  double largest = 0;
  double metrics = 0;
  for (const Run& run : experiment.runs) {
    const double one = as_double(train::checkpoint_bytes(run.specification, classes_of(run)));
    checkpoints += train::kept_checkpoints * one;
    largest = std::max(largest, one);
    metrics += metrics_bytes(run);
  }
  return "about " + size_text(checkpoints + metrics) + ": " + size_text(checkpoints) +
         " of checkpoints (the newest two of each run), " + size_text(metrics) + " of metrics; and " +
         size_text(largest) + " for each worker while it writes one more checkpoint";
}

std::string cost_text(const Experiment& experiment) {
  const Run& run = experiment.runs.front();
  const auto cost = network::cost_of(run.specification.network, classes_of(run), run.specification.batch_norm);
  std::int64_t updates = 0;
  for (const Run& one : experiment.runs) {
    if (!is_finished(experiment, one))
      updates += one.specification.iterations - updates_done(metrics_of(experiment, one));
  }
  const double images = as_double(updates) * as_double(run.specification.batch_size);
  const double total = 3 * images * as_double(cost.multiply_adds_an_image);
  return std::to_string(cost.parameters) + " parameters; " + count_text(as_double(cost.multiply_adds_an_image)) +
         " multiply-adds an image forward, three times that in training; " + count_text(total) +
         " multiply-adds for all training that is left";
}

}  // namespace

std::string dry_run_text(const Experiment& experiment, int threads) {
  std::string text = "runs (in " + (experiment.folder / "runs").string() + ")\n";
  for (const Run& run : experiment.runs) {
    text += "  " + run.folder.string() + ": " + state_text(experiment, run) + "\n";
  }
  const auto& specification = experiment.runs.front().specification;
  text += "each: " + std::to_string(specification.iterations) + " iterations of " +
          std::to_string(specification.batch_size) + " images of " + specification.data.set + ", " +
          std::string(to_name(specification.precision)) + "\n";
  text += "data: " + data_text(experiment) + "\n";
  text += "network: " + specification.network.name + ", " + cost_text(experiment) + "\n";
  text += "device: " + experiment.device.name + " (" + experiment.device.description + ")\n";
  text += "time: " + time_text(experiment, threads) + "\n";
  text += "disk: " + disk_text(experiment) + "\n";
  text += "nothing was written\n";
  return text;
}

}  // namespace elubench::experiment
