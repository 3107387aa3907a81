// How far each run of an experiment is, from its folder. Only looks, and takes no lock. Free of LibTorch.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/named_enum.h"
#include "experiment/experiment.h"

namespace elubench {
namespace experiment {

// What is going on: a run that says it is running may have been stopped.
enum class RunState {
  waiting,  // nothing there yet
  running,  // a process holds the folder
  stopped,  // begun, and no process at work on it; or its files are damaged or cannot be read, as `detail` says
  done,
  diverged,
  failed,  // its next start tries again
};

struct RunProgress {
  RunState state = RunState::waiting;
  std::string detail;  // "diverged at iteration 12", "failed: why"; of a running one who holds it; or empty
  std::int64_t iteration = 0;  // updates that its metrics know of
  std::int64_t iterations = 0;
  double test_error = 0;         // the last, per cent; NaN where there is none
  double images_per_second = 0;  // in training, the last; NaN where there is none
  std::string worker;            // what trained it last: "AMD EPYC, avx512_bf16 with 2 threads"; may be empty
  double seconds_left = 0;       // of a running one at its own speed; NaN where none is known
};

struct ExperimentProgress {
  std::vector<RunProgress> runs;  // in the order of the experiment's
  std::string worker;  // the one that trained last, as fast as which the runs to come are taken to be; or empty
};

// Of one run, without seconds_left.
RunProgress progress_of(const Experiment& experiment, const Run& run);

ExperimentProgress progress_of(const Experiment& experiment);

// A line a run, and one for all: "4 waiting, 1 running, 3 done of 8; about 2 h 5 min
// left for one worker, as fast as AMD EPYC, avx512_bf16 with 2 threads was".
std::string status_text(const Experiment& experiment, const ExperimentProgress& all);

}  // namespace experiment

template <>
inline constexpr auto enum_names<experiment::RunState> =
    std::to_array<EnumName<experiment::RunState>>({{experiment::RunState::waiting, "waiting"},
                                                   {experiment::RunState::running, "running"},
                                                   {experiment::RunState::stopped, "stopped"},
                                                   {experiment::RunState::done, "done"},
                                                   {experiment::RunState::diverged, "diverged"},
                                                   {experiment::RunState::failed, "failed"}});

}  // namespace elubench
