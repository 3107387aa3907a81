// Goes over the runs of an experiment. The header is free of LibTorch.
#pragma once

#include "experiment/experiment.h"

namespace elubench::experiment {

// What comes before the first run, unless all are finished: checks the folder, reads the data (and so caches their
// preprocessing), and makes the folder (prepare_folder). Throws UsageError where the folder cannot be written or
// there are no data.
void prepare(Experiment& experiment);

// Trains what is not finished, resuming what was begun. What goes wrong in one run is logged and written into its
// status, and the others go on. Returns whether all runs of the plan are done. Throws UsageError before anything
// is trained where the folder cannot be written or there are no data; Interrupted when a signal asked to stop.
bool run_all(Experiment experiment);

}  // namespace elubench::experiment
