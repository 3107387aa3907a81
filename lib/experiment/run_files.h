// What the files of a run say, all read in one look. Only looks, and takes no lock. Free of LibTorch.
#pragma once

#include <string>

#include "experiment/experiment.h"
#include "experiment/metrics_file.h"
#include "experiment/run_folder.h"

namespace elubench::experiment {

struct RunFiles {
  std::string holder;  // the process at work on it; empty: none, so a run that is `running` was stopped or killed
  Status status;
  MetricRows metrics;
  RecordedSessions sessions;
  bool is_done = false;  // and its metrics are whole, up to the last row of the last iteration's test
  std::string problem;   // why status or metrics cannot be read, whose members then say nothing; or empty

  // True if nothing is left to do for the run.
  bool is_finished() const { return is_done || status.state == RecordedState::diverged; }
  bool is_damaged() const { return status.state == RecordedState::done && !is_done && problem.empty(); }

  // In words: "not begun", "diverged at iteration 12", "done, but its metrics.csv is damaged", or the problem.
  std::string text() const;
};

// Does not throw: one run that cannot be read is no reason to stop others.
RunFiles read_run(const Experiment& experiment, const Run& run);

}  // namespace elubench::experiment
