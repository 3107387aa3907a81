#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/exit_code.h"
#include "base/interrupt.h"
#include "base/parallel.h"
#include "command.h"
#include "experiment/dry_run.h"
#include "experiment/experiment.h"
#include "experiment/results_table.h"
#include "experiment/runner.h"
#include "workers/pool.h"

namespace elubench {
namespace {

constexpr const char* footer =
    "Runs go to EXPERIMENT/runs/<activation>[+bn]/seed-<n>/ (run.toml, metrics.csv, status, checkpoints); in the "
    "shell\n"
    "quote names with parentheses. Stop with Ctrl-C, SIGTERM or by closing the terminal; the same command "
    "resumes, also after a crash.\n"
    "\n"
    "Examples:\n"
    "  elubench run results/quickstart --dry-run\n"
    "  elubench run results/quickstart\n"
    "  elubench run results/clevert2015-fig4 --only 'elu*' --seeds 1,2\n"
    "  elubench run results/clevert2015-fig4 --devices cuda:0,cuda:1\n"
    "  elubench run results/clevert2015-fig4 --shard 3/10\n"
    "  elubench run results/quickstart --out /tmp/try --set 'data.set=\"synthetic(classes=4, train_images=4000, "
    "test_images=500)\"' \\\n"
    "    --set data.preprocessing=standardize --set network.width=0.1 --set 'compare.activations=[\"relu\", "
    "\"elu(alpha=0.5)\"]'\n"
    "\n"
    "Exit codes: 0 all runs are done; 1 a run failed or diverged, the others still ran; 2 bad usage or recipe;\n"
    "3 the device cannot be used any more; 129, 130 or 143 interrupted, resumable.";

struct RunOptions {
  experiment::Request request;
  std::string experiment, out, data;
  std::vector<std::string> devices;
  int threads = 0, jobs = 1;
  bool dry_run = false;
  std::string shard;
  std::string worker;       // the folder of the one run that this process trains for another elubench run
  std::int64_t parent = 0;  // which that is
};

// "3/10"
experiment::Shard shard_of(const std::string& text) {
  const auto slash = text.find('/');
  const auto number = [&](const std::string& digits) -> std::int64_t {
    const bool is_number =
        !digits.empty() && digits.size() < 10 && digits.find_first_not_of("0123456789") == std::string::npos;
    return is_number ? std::stoll(digits) : 0;
  };
  const experiment::Shard shard{number(text.substr(0, slash)),
                                slash == std::string::npos ? 0 : number(text.substr(slash + 1))};
  if (shard.index >= 1 && shard.index <= shard.count) return shard;
  throw UsageError("--shard '" + text + "' is no part of a whole; write K/N with K from 1 to N, such as 3/10");
}

// Nothing where one process does all the work.
std::vector<workers::Slot> slots_of(const RunOptions& options) {
  std::vector<std::string> devices = options.devices;
  if (devices.empty() && options.jobs > 1)
    devices.assign(static_cast<std::size_t>(options.jobs), options.request.device);
  std::vector<workers::Slot> slots;
  const int share = thread_count() / std::max(1, static_cast<int>(devices.size()));
  for (const std::string& device : devices) {
    slots.push_back(
        {experiment::find_device(device).name, options.threads > 0 ? options.threads : std::max(1, share)});
  }
  return slots;
}

// What trains one run of the same experiment in a process of its own.
workers::Command command_of(const RunOptions& options) {
  return {"/proc/self/exe", [options](const experiment::Run& run, const workers::Slot& slot) {
            std::vector<std::string> words{"run",      options.experiment, "--worker",
                                           run.folder, "--device",         slot.device,
                                           "--quiet",  "--threads",        std::to_string(slot.threads)};
            const auto add = [&](const char* option, const std::string& value) {
              if (!value.empty()) words.insert(words.end(), {option, value});
            };
            add("--parent", std::to_string(::getpid()));
            add("--out", options.out);
            add("--data", options.data);
            for (const std::string& setting : options.request.settings) add("--set", setting);
            return words;
          }};
}

int code_of(bool all_done) { return all_done ? exit_code::done : exit_code::failed; }

// Trains one run for the process `parent`, and stops when that dies.
int work(const RunOptions& options) {
  const InterruptGuard guard;
  ignore_broken_pipes();
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != options.parent) throw Error("the process that this one works for has died");
  try {
    experiment::find_device(options.request.device);
  } catch (const UsageError& error) {
    throw DeviceLost(error.what());  // it was there when the work was shared out
  }
  try {
    return code_of(experiment::run_all(experiment::open_experiment(options.request)));
  } catch (const Interrupted& interrupted) {
    return 128 + interrupted.signal_number();  // the parent says it once for all
  }
}

int run(RunOptions options) {
  options.request.experiment = options.experiment;
  options.request.out = options.out;
  options.request.data = options.data;
  options.request.filter.folder = options.worker;
  if (!options.shard.empty()) options.request.filter.shard = shard_of(options.shard);
  const auto slots = slots_of(options);
  if (slots.empty()) set_thread_count(options.threads);  // else the processes that train have theirs
  if (!options.worker.empty()) return work(options);
  if (!slots.empty()) options.request.device = slots.front().device;
  const auto opened = experiment::open_experiment(options.request);
  if (options.dry_run) {
    if (!slots.empty()) set_thread_count(slots.front().threads);
    std::cout << experiment::dry_run_text(opened);
    return 0;
  }
  const InterruptGuard guard;
  ignore_broken_pipes();
  const bool all_done =
      slots.empty() ? experiment::run_all(opened) : workers::run_all(opened, slots, command_of(options));
  std::cout << experiment::results_table(opened);
  return code_of(all_done);
}

}  // namespace

void add_run_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App& command = *app.add_subcommand("run", "Train every run of an experiment that is not done, resuming");
  command.footer(footer);
  command
      .add_option("EXPERIMENT", options->experiment, "folder with experiment.toml; or a recipe's file, with --out")
      ->required();
  add_filter_options(command, options->request.filter);
  command
      .add_option("--set", options->request.settings,
                  "any key of the recipe (elubench list recipe), such as train.iterations=1000 or title=...; the "
                  "value as in TOML, or a bare word; repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command
      .add_option("--out", options->out,
                  "make this folder an experiment of its own, with experiment.toml and runs/, for scripts/report")
      ->type_name("DIR");
  command.add_flag("--dry-run", options->dry_run,
                   "print the plan, its cost and where it would write; write nothing");
  command
      .add_option(
          "--shard", options->shard,
          "the K-th of N parts of the plan, for a job array on like machines; they share no run. Unlike machines "
          "share by --seeds, so that each trains every activation")
      ->type_name("K/N");
  CLI::Option* device = add_device_options(command, options->request.device, options->threads);
  CLI::Option* jobs = command
                          .add_option("--jobs", options->jobs,
                                      "runs at a time, a process each; the threads are shared out unless "
                                      "--threads says how many each has")
                          ->check(is_decimal())
                          ->check(CLI::Range(1, 1024))
                          ->type_name("N");
  command
      .add_option("--devices", options->devices, "runs at a time, one on each of these; a name may be repeated")
      ->type_name("NAME,...")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->excludes(device)
      ->excludes(jobs);
  command.add_option("--worker", options->worker)->group("");  // these two are for command_of
  command.add_option("--parent", options->parent)->group("");
  add_data_option(command, options->data);
  command.callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace elubench
