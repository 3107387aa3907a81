#include "experiment/run_progress.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/error.h"
#include "experiment/cost.h"
#include "experiment/progress_text.h"
#include "experiment/run_files.h"

namespace elubench::experiment {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

RunState state_of(const RunFiles& files) {
  if (!files.holder.empty()) return RunState::running;
  if (!files.problem.empty()) return RunState::stopped;
  switch (files.status.state) {
    case RecordedState::fresh:
      return RunState::waiting;
    case RecordedState::running:
      return RunState::stopped;
    case RecordedState::done:
      return files.is_done ? RunState::done : RunState::stopped;
    case RecordedState::diverged:
      return RunState::diverged;
    case RecordedState::failed:
      return RunState::failed;
  }
  throw Error("unknown state of a run");
}

// What there is to say beyond the state.
std::string detail_of(const RunFiles& files) {
  if (!files.holder.empty()) return files.holder;
  const RecordedState state = files.status.state;
  const bool says_more = !files.problem.empty() || files.is_damaged() || state == RecordedState::diverged ||
                         state == RecordedState::failed;
  return says_more ? files.text() : "";
}

bool is_ended(RunState state) { return state == RunState::done || state == RunState::diverged; }

// What the files of a run say.
struct Look {
  RunProgress progress;  // without seconds_left
  std::string start;     // of the last session
  std::optional<Rates> rates;
};

Look look_at(const Experiment& experiment, const Run& run) {
  const RunFiles files = read_run(experiment, run);
  return {.progress = {.state = state_of(files),
                       .detail = detail_of(files),
                       .iteration = updates_done(files.metrics),
                       .iterations = run.specification.iterations,
                       .test_error = last_value(files.metrics, "test", "error"),
                       .images_per_second = last_value(files.metrics, "train", "images_per_second"),
                       .worker = files.sessions.worker,
                       .seconds_left = unknown},
          .start = files.sessions.start,
          .rates = measured_rates(run, files)};
}

// That of the newest session which has measured something.
std::string newest_worker(const std::vector<Look>& looks) {
  const Look* newest = nullptr;
  for (const Look& look : looks) {
    if (look.rates && (!newest || look.start > newest->start)) newest = &look;
  }
  return newest ? newest->progress.worker : std::string();
}

std::string line_of(const Run& run, const RunProgress& progress, std::size_t name_width) {
  std::string line = padded(run.name(), name_width) + "  ";
  if (progress.state == RunState::waiting) return line + std::string(to_name(progress.state));
  line += padded(std::string(to_name(progress.state)), 8) + "  " + std::to_string(progress.iteration) + "/" +
          std::to_string(progress.iterations) + " | error " + percent_text(progress.test_error);
  if (progress.state == RunState::running && !std::isnan(progress.images_per_second)) {
    line += " | " + std::to_string(std::llround(progress.images_per_second)) + " im/s | " +
            duration_text(progress.seconds_left) + " left";
  }
  return progress.detail.empty() ? line : line + " | " + progress.detail;
}

std::string summary_of(const ExperimentProgress& all) {
  const auto& progress = all.runs;
  std::string text;
  for (const auto& [state, name] : enum_names<RunState>) {
    const auto count = std::count_if(progress.begin(), progress.end(),
                                     [&, wanted = state](const auto& one) { return one.state == wanted; });
    if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(name);
  }
  double seconds = 0;
  for (const auto& one : progress) seconds += one.seconds_left;
  text += " of " + std::to_string(progress.size());
  if (!(seconds > 0)) return text;
  return text + "; about " + duration_text(seconds) + " left for one worker" +
         (all.worker.empty() ? "" : ", as fast as " + all.worker + " was");
}

}  // namespace

RunProgress progress_of(const Experiment& experiment, const Run& run) { return look_at(experiment, run).progress; }

ExperimentProgress progress_of(const Experiment& experiment) {
  std::vector<Look> looks;
  MeasuredRates measured;
  for (const Run& run : experiment.runs) {
    looks.push_back(look_at(experiment, run));
    const Look& look = looks.back();
    if (look.rates) measured.add(look.progress.worker, run.variant, *look.rates);
  }
  ExperimentProgress all{{}, newest_worker(looks)};
  bool is_needed = false;  // by a run that does not run yet
  for (std::size_t i = 0; i < looks.size(); ++i) {
    RunProgress& progress = looks[i].progress;
    const Run& run = experiment.runs[i];
    const bool is_running = progress.state == RunState::running && looks[i].rates;
    auto rates = measured.of(is_running ? progress.worker : all.worker, run.variant);
    if (rates && is_running) rates->training = looks[i].rates->training;
    if (is_ended(progress.state)) {
      progress.seconds_left = 0;
    } else if (rates) {
      progress.seconds_left = seconds_left(run, progress.iteration, *rates);
      is_needed = is_needed || !is_running;
    }
    all.runs.push_back(progress);
  }
  if (!is_needed) all.worker.clear();
  return all;
}

std::string status_text(const Experiment& experiment, const ExperimentProgress& all) {
  std::size_t width = 0;
  for (const Run& run : experiment.runs) width = std::max(width, run.name().size());
  std::string text;
  for (std::size_t i = 0; i < all.runs.size(); ++i) {
    text += line_of(experiment.runs[i], all.runs[i], width) + "\n";
  }
  return text + summary_of(all) + "\n";
}

}  // namespace elubench::experiment
