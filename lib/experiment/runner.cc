#include "experiment/runner.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/atomic_file.h"
#include "base/call_text.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/parallel.h"
#include "device/scope.h"
#include "experiment/build_info.h"
#include "experiment/environment.h"
#include "experiment/metrics_file.h"
#include "experiment/progress_text.h"
#include "experiment/run_files.h"
#include "experiment/run_folder.h"
#include "train/build.h"
#include "train/checkpoint.h"
#include "train/trainer.h"

namespace elubench::experiment {
namespace {

// Puts what a run tells into its folder and on the terminal.
class RunRecorder : public train::Recorder {
 public:
  RunRecorder(RunFolder& folder, std::string title)
      : folder_(folder), metrics_(folder.metrics_path()), title_(std::move(title)) {}

  void record(const train::Metric& metric) override {
    metrics_.record(metric);
    iteration_ = metric.iteration;
  }
  std::int64_t flush() override { return metrics_.flush(); }
  std::int64_t rows_through(std::int64_t iteration) override { return metrics_.rows_through(iteration); }
  void begin(std::int64_t iteration, std::int64_t rows) override {
    metrics_.cut_to(rows);
    iteration_ = iteration;
    folder_.set_start_iteration(iteration);
  }
  void keep_copy() override { metrics_.keep_copy(); }
  void progress(const train::Progress& progress) override {
    iteration_ = progress.iteration;
    line_.show(title_ + " | " + progress_text(progress));
  }

  // Updates done; nothing before it has begun.
  std::optional<std::int64_t> iteration() const { return iteration_; }

 private:
  RunFolder& folder_;
  MetricsFile metrics_;
  std::string title_;
  ProgressLine line_;
  std::optional<std::int64_t> iteration_;
};

FileChecksums checksums_of(const data::Dataset& dataset) {
  FileChecksums checksums;
  for (const auto& [file, sha256] : dataset.checksums) checksums.emplace_back(file, sha256);
  return checksums;
}

void log_beginning(const Experiment& experiment, std::int64_t finished) {
  const BuildInfo& build = build_info();
  log_info("elubench " + std::string(build.version) + ", " + experiment.device.name + " (" +
           experiment.device.description + "), " + std::to_string(thread_count()) + " threads, " +
           std::string(to_name(experiment.runs.front().specification.precision)) + ": " +
           std::to_string(experiment.runs.size()) + " runs in " + (experiment.folder / "runs").string() + ", " +
           std::to_string(finished) + " finished already");
}

// Where a device refuses all that follows, the other runs would only fail, too.
void require_usable(at::Device device) {
  const std::string why = device::why_unusable(device);
  if (why.empty()) return;
  throw DeviceLost("the device cannot be used any more (" + why +
                   "); run the same command again, and elubench doctor if that fails, too");
}

// A GPU that another process has for itself, or that is broken, is listed, and refuses the first thing it is
// asked.
data::Dataset loaded(const Experiment& experiment, at::Device device) {
  try {
    return data::load(experiment.runs.front().specification.data, experiment.locations, device);
  } catch (const UsageError&) {
    throw;
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception&) {
    require_usable(device);
    throw;
  }
}

// Nothing if all runs are finished.
std::optional<data::Dataset> prepared(Experiment& experiment, at::Device device) {
  const auto finished = std::count_if(experiment.runs.begin(), experiment.runs.end(),
                                      [&](const Run& run) { return read_run(experiment, run).is_finished(); });
  if (finished == std::ssize(experiment.runs)) {
    log_beginning(experiment, finished);
    return std::nullopt;
  }
  check_folder_can_be_written(experiment.folder / "runs");
  auto dataset = loaded(experiment, device);
  throw_if_interrupted();
  prepare_folder(experiment);
  log_beginning(experiment, finished);
  return dataset;
}

class Runner {
 public:
  explicit Runner(Experiment experiment)
      : experiment_(std::move(experiment)), dataset_(prepared(experiment_, device())) {}

  std::size_t runs() const { return experiment_.runs.size(); }

  // Whether the run is done.
  bool run(std::size_t index) {
    const Run& planned = experiment_.runs[index];
    const std::string place = std::to_string(index + 1) + "/" + std::to_string(experiment_.runs.size());
    const std::string title = (experiment_.runs.size() > 1 ? "run " + place + " " : "") + planned.name();
    const RunFiles files = read_run(experiment_, planned);
    if (files.is_finished()) return finished_already(files, title);
    try {
      if (!files.problem.empty()) throw Error(files.problem);
      if (files.is_damaged()) check_can_be_mended(planned);
      RunFolder folder(experiment_.path_of(planned), planned.specification);
      // Another process may have finished it between the look above and the lock.
      if (const RunFiles now = read_run(experiment_, planned); now.is_finished())
        return finished_already(now, title);
      if (!dataset_)
        throw Error("the run was finished when this command began, and is not any more; run it again");
      return train_in(folder, planned, title);
    } catch (const Interrupted&) {
      throw;
    } catch (const std::exception& error) {
      log_error(title + ": " + message_of(error));
      require_usable(device());
      return false;
    }
  }

 private:
  static bool finished_already(const RunFiles& files, const std::string& title) {
    log_info(title + ": " + files.text() + " already");
    return files.is_done;
  }

  at::Device device() const { return at::Device(experiment_.device.name); }

  bool train_in(RunFolder& folder, const Run& planned, const std::string& title) {
    try {
      folder.begin_session(environment_of(
          experiment_.device, thread_count(), planned.specification,
          train::convolutions_of(planned.specification, dataset_->classes, device()), checksums_of(*dataset_)));
      RunRecorder recorder(folder, title);
      const auto outcome = outcome_of(folder, planned, recorder);
      folder.end_session(outcome.iteration);
      return finish(folder, title, outcome);
    } catch (const Interrupted&) {
      throw;
    } catch (const std::exception& error) {
      if_possible([&] { folder.set_failed(message_of(error)); });
      throw;
    }
  }

  // Results that came with their folder have no checkpoints: to mend their metrics all would have to be trained
  // again.
  void check_can_be_mended(const Run& planned) const {
    const auto folder = experiment_.path_of(planned);
    if (!train::CheckpointStore(folder).iterations().empty()) return;
    throw Error(
        (folder / "metrics.csv").string() +
        " of a finished run is damaged, and there is no checkpoint to mend it from; restore the file, or remove "
        "the folder to train the run again");
  }

  // Closes the session also where a signal or an error ends it.
  train::Outcome outcome_of(RunFolder& folder, const Run& planned, RunRecorder& recorder) {
    try {
      return train::run(planned.specification, *dataset_, folder.path(), device(), recorder);
    } catch (const Interrupted&) {
      folder.end_session(recorder.iteration());
      throw;
    } catch (const std::exception&) {
      if_possible([&] { folder.end_session(recorder.iteration()); });
      throw;
    }
  }

  bool finish(RunFolder& folder, const std::string& title, const train::Outcome& outcome) {
    if (outcome.diverged) {
      folder.set_diverged(outcome.iteration);
      log_error(title + ": diverged at iteration " + std::to_string(outcome.iteration) +
                ": a loss or a weight is not finite; its rows are kept; a lower learning rate may help");
      return false;
    }
    const double error = last_value(read_metrics(folder.metrics_path()), "test", "error");
    folder.set_done();
    log_info(title + ": done, test error " + percent_text(error));
    return true;
  }

  // The disk may be full: then run.toml and status stay as they are, and the error that is on its way says why.
  template <class Note>
  static void if_possible(const Note& note) {
    try {
      note();
    } catch (const std::exception& error) {
      log_debug(error.what());
    }
  }

  Experiment experiment_;
  std::optional<data::Dataset> dataset_;
};

}  // namespace

void prepare(Experiment& experiment) { prepared(experiment, at::kCPU); }

bool run_all(Experiment experiment) {
  Runner runner(std::move(experiment));
  bool all_done = true;
  for (std::size_t index = 0; index < runner.runs(); ++index) {
    throw_if_interrupted();
    all_done = runner.run(index) && all_done;
  }
  return all_done;
}

}  // namespace elubench::experiment
