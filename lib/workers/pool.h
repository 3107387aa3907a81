// An experiment's runs, several at a time, a process each. Free of LibTorch.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "experiment/experiment.h"

namespace elubench::workers {

// What one run at a time is trained on.
struct Slot {
  std::string device;  // "cuda:1"
  int threads;
};

// The command line that trains one run in a slot, and logs warnings and errors on its stderr. Exit codes as
// `elubench run`'s.
struct Command {
  std::filesystem::path program;
  std::function<std::vector<std::string>(const experiment::Run&, const Slot&)> arguments;
};

// Trains what is not finished, as experiment::run_all does, each slot one run after another in a process of its
// own. A run whose process dies is tried once more, from its checkpoint; the others go on. A slot whose process
// says that the device is lost gets no more runs; DeviceLost is thrown where none is left. A signal to stop is
// passed on, and when all have saved, Interrupted is thrown. Returns whether all runs are done.
bool run_all(experiment::Experiment experiment, const std::vector<Slot>& slots, const Command& command);

}  // namespace elubench::workers
