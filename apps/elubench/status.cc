#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/error.h"
#include "base/interrupt.h"
#include "command.h"
#include "experiment/experiment.h"
#include "experiment/run_progress.h"

namespace elubench {
namespace {

using experiment::RunProgress;
using experiment::RunState;
using Json = nlohmann::ordered_json;

constexpr const char* footer =
    "Looks at the folders of the runs and takes no lock, so it may run anywhere, on another node too. States:\n"
    "  waiting   not begun\n"
    "  running   a process is at work on it\n"
    "  stopped   begun, and no process is at work on it: elubench run resumes it; or done, and metrics.csv "
    "damaged\n"
    "  done, diverged, failed (elubench run tries a failed one again)\n"
    "\n"
    "Examples:\n"
    "  elubench status results/clevert2015-fig4\n"
    "  elubench status results/clevert2015-fig4 --watch";

constexpr auto between_looks = std::chrono::seconds(5);

struct StatusOptions {
  std::string experiment;
  experiment::Filter filter;
  bool json = false, watch = false;
};

// What is not known is null.
Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json json_of(const experiment::Experiment& opened, const experiment::ExperimentProgress& progress) {
  Json runs = Json::array();
  for (std::size_t i = 0; i < progress.runs.size(); ++i) {
    const RunProgress& one = progress.runs[i];
    const experiment::Run& run = opened.runs[i];
    runs.push_back({{"run", run.folder.string()},
                    {"activation", run.specification.activation},
                    {"batch_norm", run.specification.batch_norm},
                    {"seed", run.specification.seed},
                    {"data", run.specification.data.set},
                    {"state", to_name(one.state)},
                    {"detail", one.detail},
                    {"iteration", one.iteration},
                    {"iterations", one.iterations},
                    {"test_error", number_or_null(one.test_error)},
                    {"images_per_second", number_or_null(one.images_per_second)},
                    {"worker", one.worker.empty() ? Json() : Json(one.worker)},
                    {"seconds_left", number_or_null(one.seconds_left)}});
  }
  return {{"experiment", opened.folder.string()}, {"runs", runs}};
}

bool all_ended(const std::vector<RunProgress>& progress) {
  return std::all_of(progress.begin(), progress.end(), [](const RunProgress& one) {
    return one.state == RunState::done || one.state == RunState::diverged || one.state == RunState::failed;
  });
}

// Until the next look, or until a signal asks to stop.
void wait_for_next_look() {
  const auto until = std::chrono::steady_clock::now() + between_looks;
  while (std::chrono::steady_clock::now() < until) {
    if (interrupt_signal() != 0) throw Interrupted(interrupt_signal(), "the runs go on");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

int status(const StatusOptions& options) {
  const auto opened = experiment::look_at_experiment(options.experiment, options.filter);
  const bool on_terminal = ::isatty(STDOUT_FILENO) == 1;
  const InterruptGuard guard;
  while (true) {
    const auto progress = experiment::progress_of(opened);
    const std::string text =
        options.json ? json_of(opened, progress).dump(2, ' ', false, Json::error_handler_t::replace) + "\n"
                     : experiment::status_text(opened, progress);
    if (options.watch && on_terminal) std::cout << "\033[H\033[J";
    std::cout << text << std::flush;
    if (!options.watch || all_ended(progress.runs)) return 0;
    wait_for_next_look();
  }
}

}  // namespace

void add_status_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<StatusOptions>();
  CLI::App& command = *app.add_subcommand("status", "How far each run of an experiment is");
  command.footer(footer);
  command.add_option("EXPERIMENT", options->experiment, "folder with experiment.toml")->required();
  add_filter_options(command, options->filter);
  command.add_flag("--watch", options->watch, "look again every five seconds, until all runs have ended");
  command.add_flag("--json", options->json, "as JSON; what is not known is null");
  command.callback([options, &action] { action = [options] { return status(*options); }; });
}

}  // namespace elubench
