#include "experiment/dry_run.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/parallel.h"
#include "benchmark/benchmark.h"
#include "data/cifar_files.h"
#include "data/table.h"
#include "experiment/cost.h"
#include "experiment/environment.h"
#include "experiment/progress_text.h"
#include "experiment/run_files.h"
#include "network/table.h"
#include "train/checkpoint.h"

namespace elubench::experiment {
namespace {

constexpr double bytes_a_metric_row = 45;
constexpr double test_metrics_a_layer = 4;  // mean, standard deviation, dead share, gradient norm
constexpr double seconds_to_measure = 1;

double as_double(std::int64_t value) { return static_cast<double>(value); }

std::int64_t classes_of(const Run& run) { return data::find_set(run.specification.data.set).classes; }

network::Cost network_cost(const Run& run) {
  return network::cost_of(run.specification.network, classes_of(run), run.specification.batch_norm);
}

// A run of the plan, and what its files say.
struct Planned {
  const Run& run;
  bool is_left;          // to be trained, from `updates` on
  std::int64_t updates;  // done, as far as its metrics know
  std::string worker;    // the last one's, and the speeds that it measured
  std::optional<Rates> rates;
  std::string state;  // in words, with what is to be done
};

// Whether `elubench run` leaves it as it is: it might do harm, or somebody is at work on it.
bool is_refused(const RunFiles& files, const std::filesystem::path& folder) {
  return !files.holder.empty() || !files.problem.empty() ||
         (files.is_damaged() && train::CheckpointStore(folder).iterations().empty());
}

// What `elubench run` will do with it.
std::string state_text(const RunFiles& files, bool refused) {
  if (files.is_finished()) return files.text() + ", nothing to do";
  if (!files.holder.empty()) return "being worked on by " + files.holder;
  if (refused) return files.text() + (files.is_damaged() ? ", and there is no checkpoint to mend it from" : "");
  if (files.status.state == RecordedState::fresh) return "to do";
  const std::string reason = files.status.state == RecordedState::running ? "begun" : files.text();
  return reason + ", has rows up to iteration " + std::to_string(updates_done(files.metrics)) + ", to be resumed";
}

Planned planned(const Experiment& experiment, const Run& run) {
  const RunFiles files = read_run(experiment, run);
  const bool refused = is_refused(files, experiment.path_of(run));
  return {run,
          !files.is_finished() && !refused,
          updates_done(files.metrics),
          files.sessions.worker,
          measured_rates(run, files),
          state_text(files, refused)};
}

std::vector<Planned> plan_of(const Experiment& experiment) {
  std::vector<Planned> plan;
  for (const Run& run : experiment.runs) plan.push_back(planned(experiment, run));
  return plan;
}

// Whether as many seeds as the recipe has can decide what it compares.
std::string comparison_text(const Compare& compare) {
  const std::int64_t number = comparisons_in(compare);
  if (number == 0) return "none: there is nothing beside " + compare.baseline;
  const auto seeds = static_cast<std::int64_t>(compare.seeds.size()), least = seeds_to_decide(number);
  std::string text = std::to_string(number) + " of final test errors with " + compare.baseline + ", of " +
                     std::to_string(seeds) + (seeds == 1 ? " seed" : " seeds");
  if (seeds < least) {
    text += ": TOO FEW to decide any; from " + std::to_string(least) +
            " on Holm's p (Wilcoxon signed-rank, exact, two-sided) can be below .05";
  }
  return text;
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

MeasuredRates measured_so_far(const std::vector<Planned>& plan) {
  MeasuredRates rates;
  for (const Planned& one : plan) {
    if (one.rates) rates.add(one.worker, one.run.variant, *one.rates);
  }
  return rates;
}

bool whitens(const Experiment& experiment) {
  return experiment.runs.front().specification.data.preprocessing == data::Preprocessing::gcn_zca;
}

std::string time_text(const Experiment& experiment, const std::vector<Planned>& plan) {
  if (std::ranges::none_of(plan, &Planned::is_left)) return "none, this command would train nothing";
  MeasuredRates rates = measured_so_far(plan);
  const std::string& first = experiment.runs.front().variant;
  const std::string worker = worker_text(experiment.device.name, experiment.device.description, thread_count());
  std::string source = "from what its runs on such a device have measured";
  if (!rates.of(worker, first)) {
    rates.add(worker, first, measured_now(experiment));
    source = "from some steps of " + first + " measured just now: rough, and too long where other programs run";
  }
  double seconds = 0;
  for (const Planned& one : plan) {
    if (one.is_left) seconds += seconds_left(one.run, one.updates, *rates.of(worker, one.run.variant));
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
    const double one = as_double(train::CheckpointStore::bytes(network_cost(run).parameters));
    checkpoints += train::kept_checkpoints * one;
    largest = std::max(largest, one);
    metrics += metrics_bytes(run);
  }
  return "about " + size_text(checkpoints + metrics) + ": " + size_text(checkpoints) +
         " of checkpoints (the newest two of each run), " + size_text(metrics) + " of metrics; and " +
         size_text(largest) + " for each worker while it writes one more checkpoint";
}

std::string cost_text(const std::vector<Planned>& plan) {
  const Run& run = plan.front().run;
  const network::Cost cost = network_cost(run);
  std::int64_t updates = 0;
  for (const Planned& one : plan) updates += one.is_left ? one.run.specification.iterations - one.updates : 0;
  const double images = as_double(updates) * as_double(run.specification.batch_size);
  const double total = 3 * images * as_double(cost.multiply_adds_an_image);
  return std::to_string(cost.parameters) + " parameters; " + count_text(as_double(cost.multiply_adds_an_image)) +
         " multiply-adds an image forward, three times that in training; " + count_text(total) +
         " multiply-adds for all training that is left";
}

}  // namespace

std::string dry_run_text(const Experiment& experiment) {
  const std::vector<Planned> plan = plan_of(experiment);
  std::string text = "runs (in " + (experiment.folder / "runs").string() + ")\n";
  for (const Planned& one : plan) {
    text += "  " + one.run.folder.string() + ": " + one.state + "\n";
  }
  const auto& specification = experiment.runs.front().specification;
  text += "each: " + std::to_string(specification.iterations) + " iterations of " +
          std::to_string(specification.batch_size) + " images of " + specification.data.set + ", " +
          std::string(to_name(specification.precision)) + "\n";
  text += "data: " + data_text(experiment) + "\n";
  text += "comparisons: " + comparison_text(experiment.recipe.compare) + "\n";
  text += "network: " + specification.network.name + ", " + cost_text(plan) + "\n";
  text += "device: " + experiment.device.name + " (" + experiment.device.description + ")\n";
  text += "time: " + time_text(experiment, plan) + "\n";
  text += "disk: " + disk_text(experiment) + "\n";
  text += "nothing was written\n";
  return text;
}

}  // namespace elubench::experiment
