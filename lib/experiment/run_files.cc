#include "experiment/run_files.h"

#include <exception>

#include "base/file_lock.h"
#include "base/log.h"
#include "data/table.h"
#include "network/table.h"

namespace elubench::experiment {
namespace {

template <class Read, class Found>
Found if_readable(const Read& read, Found otherwise) {
  try {
    return read();
  } catch (const std::exception& error) {
    log_debug(error.what());
    return otherwise;
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

// What the run was made by, which the recipe may no longer say.
train::Specification specification_of(const std::filesystem::path& folder, const Run& run) {
  return if_readable([&] { return recorded_specification(folder).value_or(run.specification); },
                     run.specification);
}

}  // namespace

std::string RunFiles::text() const {
  if (status.state == RecordedState::fresh) return "not begun";
  return is_damaged() ? "done, but its metrics.csv is damaged" : status.text;
}

RunFiles read_run(const Experiment& experiment, const Run& run) {
  const auto folder = experiment.path_of(run);
  RunFiles files;
  // First: a run that ends in between says so before it lets go.
  files.holder = if_readable([&] { return FileLock::holder(folder / "lock"); }, std::string());
  files.status = if_readable([&] { return read_status(folder); }, Status{});
  files.metrics = if_readable([&] { return read_metrics(folder / "metrics.csv"); }, MetricRows{});
  files.sessions = recorded_sessions(folder);
  files.is_done =
      files.status.state == RecordedState::done && end_is_there(files.metrics, specification_of(folder, run));
  return files;
}

}  // namespace elubench::experiment
