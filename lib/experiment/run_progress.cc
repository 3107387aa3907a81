#include "experiment/run_progress.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <set>

#include "base/file_lock.h"
#include "base/log.h"
#include "experiment/cost.h"
#include "experiment/metrics_file.h"
#include "experiment/progress_text.h"
#include "experiment/run_folder.h"

namespace elubench::experiment {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

// A run that says it is running may have been killed: then nobody holds its lock. That is asked first, for a run
// that ends in between says so before it lets go.
void set_phase(const std::filesystem::path& folder, RunProgress& progress) {
  const std::string holder = FileLock::holder(folder / "lock");
  const Status status = read_status(folder);
  if (!holder.empty()) {
    progress.phase = Phase::running;
    progress.detail = holder;
    return;
  }
  progress.detail = status.text;
  switch (status.state) {
    case State::fresh:
      progress.phase = Phase::waiting;
      break;
    case State::running:
      progress.phase = Phase::stopped;
      break;
    case State::done:
      progress.phase = Phase::done;
      break;
    case State::diverged:
      progress.phase = Phase::diverged;
      break;
    case State::failed:
      progress.phase = Phase::failed;
      break;
  }
}

bool is_ended(Phase phase) { return phase == Phase::done || phase == Phase::diverged; }

// All but seconds_left; what the run has measured joins `rates`.
RunProgress look_at(const Experiment& experiment, const Run& run, MeanRates& rates) {
  RunProgress progress;
  const auto folder = experiment.path_of(run);
  progress.iterations = run.specification.iterations;
  progress.test_error = progress.images_per_second = progress.seconds_left = unknown;
  try {
    set_phase(folder, progress);
    const MetricRows metrics = metrics_of(experiment, run);
    const RecordedSessions sessions = recorded_sessions(folder);
    progress.iteration = updates_done(metrics);
    progress.test_error = last_value(metrics, "test", "error").value_or(unknown);
    progress.images_per_second = last_value(metrics, "train", "images_per_second").value_or(unknown);
    progress.device = sessions.device;
    if (const auto measured = measured_rates(run, metrics, sessions)) rates.add(run.variant, *measured);
  } catch (const std::exception& error) {
    log_debug(error.what());  // a folder may be removed as we look
  }
  return progress;
}

std::string line_of(const Run& run, const RunProgress& progress, std::size_t name_width) {
  std::string line = padded(run.name(), name_width) + "  ";
  if (progress.phase == Phase::waiting) return line + std::string(to_name(progress.phase));
  line += padded(std::string(to_name(progress.phase)), 8) + "  " + std::to_string(progress.iteration) + "/" +
          std::to_string(progress.iterations) + " | error " + percent_text(progress.test_error);
  if (progress.phase == Phase::running && !std::isnan(progress.images_per_second)) {
    line += " | " + std::to_string(std::llround(progress.images_per_second)) + " im/s | " +
            duration_text(progress.seconds_left) + " left";
  }
  const bool says_more =
      progress.phase == Phase::running || progress.phase == Phase::diverged || progress.phase == Phase::failed;
  return says_more ? line + " | " + progress.detail : line;
}

// Those whose speed is known.
std::string devices_of(const std::vector<RunProgress>& progress) {
  std::set<std::string> devices;
  for (const auto& one : progress) {
    if (!std::isnan(one.images_per_second) && !one.device.empty()) devices.insert(one.device);
  }
  std::string text;
  for (const auto& device : devices) text += (text.empty() ? "" : " or ") + device;
  return text;
}

std::string summary_of(const std::vector<RunProgress>& progress) {
  std::string text;
  for (const auto& [phase, name] : enum_names<Phase>) {
    const auto count = std::count_if(progress.begin(), progress.end(),
                                     [&, wanted = phase](const auto& one) { return one.phase == wanted; });
    if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(name);
  }
  double seconds = 0;
  for (const auto& one : progress) seconds += one.seconds_left;
  text += " of " + std::to_string(progress.size());
  if (!(seconds > 0)) return text;
  const std::string devices = devices_of(progress);
  return text + "; about " + duration_text(seconds) + " left for one worker" +
         (devices.empty() ? "" : ", as fast as " + devices + " was");
}

}  // namespace

RunProgress progress_of(const Experiment& experiment, const Run& run) {
  MeanRates of_one;
  return look_at(experiment, run, of_one);
}

std::vector<RunProgress> progress_of(const Experiment& experiment) {
  MeanRates rates;
  std::vector<RunProgress> all;
  for (const Run& run : experiment.runs) all.push_back(look_at(experiment, run, rates));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Run& run = experiment.runs[i];
    if (is_ended(all[i].phase)) {
      all[i].seconds_left = 0;
    } else if (const auto rate = rates.of(run.variant)) {
      all[i].seconds_left = seconds_left(run, all[i].iteration, *rate);
    }
  }
  return all;
}

std::string status_text(const Experiment& experiment, const std::vector<RunProgress>& progress) {
  std::size_t width = 0;
  for (const Run& run : experiment.runs) width = std::max(width, run.name().size());
  std::string text;
  for (std::size_t i = 0; i < progress.size(); ++i) {
    text += line_of(experiment.runs[i], progress[i], width) + "\n";
  }
  return text + summary_of(progress) + "\n";
}

}  // namespace elubench::experiment
