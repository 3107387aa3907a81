// What `elubench run --dry-run` prints. The header is free of LibTorch.
#pragma once

#include <string>

#include "experiment/experiment.h"

namespace elubench::experiment {

// The plan with the state of each run, its cost (multiply-adds, parameters, time, disk), whether its data
// are there, and where it would write.
// Reads the folders of the runs, and writes nothing. Times are those of one worker with this process's threads.
std::string dry_run_text(const Experiment& experiment);

}  // namespace elubench::experiment
