// The short table that `elubench run` ends with. Free of LibTorch.
#pragma once

#include <string>

#include "experiment/experiment.h"

namespace elubench::experiment {

// A line a variant: how many runs are done, and the test error at the last iteration (mean, and sd of several).
std::string results_table(const Experiment& experiment);

}  // namespace elubench::experiment
