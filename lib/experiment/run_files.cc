#include "experiment/run_files.h"

#include <exception>

#include "base/error.h"
#include "base/file_lock.h"
#include "data/table.h"
#include "network/table.h"

namespace elubench::experiment {
namespace {

// Or what went wrong.
template <class Read>
std::string problem_with(const Read& read) {
  try {
    read();
    return {};
  } catch (const std::exception& error) {
    return message_of(error);
  }
}

// The row that a run writes last of all.
bool end_is_there(const MetricRows& metrics, const train::Specification& specification) {
  if (!metrics.damage.empty() || metrics.rows.empty()) return false;
  const train::Metric& last = metrics.rows.back();
  const auto layers = network::layers_of(specification.network, data::find_set(specification.data.set).classes);
  return last.iteration == specification.iterations && last.split == "probe" &&
         last.name == "gradient_norm/" + layers.back().name;
}

// What the run was made by, which the recipe may no longer say. What is wrong with run.toml is said where the
// experiment is opened.
train::Specification specification_of(const std::filesystem::path& folder, const Run& run) {
  try {
    return recorded_specification(folder).value_or(run.specification);
  } catch (const UsageError&) {
    return run.specification;
  }
}

}  // namespace

std::string RunFiles::text() const {
  if (!problem.empty()) return problem;
  if (status.state == RecordedState::fresh) return "not begun";
  return is_damaged() ? "done, but its metrics.csv is damaged" : status.text;
}

RunFiles read_run(const Experiment& experiment, const Run& run) {
  const auto folder = experiment.path_of(run);
  RunFiles files;
  files.problem = problem_with([&] {
    // First: a run that ends in between says so before it lets go.
    files.holder = FileLock::holder(folder / "lock");
    files.status = read_status(folder);
    files.metrics = read_metrics(folder / "metrics.csv");
    files.is_done =
        files.status.state == RecordedState::done && end_is_there(files.metrics, specification_of(folder, run));
  });
  files.sessions = recorded_sessions(folder);
  return files;
}

}  // namespace elubench::experiment
