#include <iostream>
#include <memory>

#include "base/interrupt.h"
#include "base/parallel.h"
#include "command.h"
#include "experiment/dry_run.h"
#include "experiment/experiment.h"
#include "experiment/results_table.h"
#include "experiment/runner.h"

namespace elubench {
namespace {

constexpr const char* footer =
    "Runs go to EXPERIMENT/runs/<activation>[+bn]/seed-<n>/ (run.toml, metrics.csv, status, checkpoints); in the "
    "shell\n"
    "quote names with parentheses. Stop with Ctrl-C or SIGTERM; the same command resumes, also after a crash.\n"
    "\n"
    "Examples:\n"
    "  elubench run results/quickstart --dry-run\n"
    "  elubench run results/quickstart\n"
    "  elubench run results/clevert2015-fig4 --only 'elu*' --seeds 1,2\n"
    "  elubench run results/quickstart --out /tmp/try --set 'data.set=\"synthetic(classes=4, train_images=4000, "
    "test_images=500)\"' \\\n"
    "    --set data.preprocessing=standardize --set network.width=0.1 --set 'compare.activations=[\"relu\", "
    "\"elu(alpha=0.5)\"]'\n"
    "\n"
    "Exit codes: 0 all runs are done; 1 a run failed or diverged, the others still ran; 2 bad usage or recipe;\n"
    "130 or 143 interrupted, resumable.";

struct RunOptions {
  experiment::Request request;
  std::string experiment, out, data;
  int threads = 0;
  bool dry_run = false;
};

// CLI11 would take a number that is too large for the largest, and name the bounds in 300 digits.
CLI::Validator is_seed() {
  return {[](std::string& text) {
            const bool is_number =
                !text.empty() && text.size() < 19 && text.find_first_not_of("0123456789") == std::string::npos;
            return is_number ? std::string() : "'" + text + "' is no seed; give whole numbers, such as 1,2";
          },
          ""};
}

int run(RunOptions options) {
  options.request.experiment = options.experiment;
  options.request.out = options.out;
  options.request.data = options.data;
  set_thread_count(options.threads);
  const auto opened = experiment::open_experiment(options.request);
  if (options.dry_run) {
    std::cout << experiment::dry_run_text(opened);
    return 0;
  }
  const InterruptGuard guard;
  const bool all_done = experiment::run_all(opened);
  std::cout << experiment::results_table(opened);
  return all_done ? 0 : 1;
}

}  // namespace

void add_run_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App& command = *app.add_subcommand("run", "Train every run of an experiment that is not done, resuming");
  command.footer(footer);
  command.add_option("EXPERIMENT", options->experiment, "folder with experiment.toml, or such a file")->required();
  command
      .add_option("--only", options->request.filter.only,
                  "only activations that match this shell pattern, such as 'elu*' or '*+bn'; repeatable")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  command.add_option("--seeds", options->request.filter.seeds, "only these of the recipe's seeds: 1,2")
      ->check(is_seed())
      ->type_name("SEED,...")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      .add_option("--set", options->request.settings,
                  "any key of the recipe (elubench list recipe), such as train.iterations=1000 or title=...; the "
                  "value as in "
                  "TOML; repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command
      .add_option("--out", options->out,
                  "make this folder an experiment of its own, with experiment.toml and runs/, for scripts/report")
      ->type_name("DIR");
  command.add_flag("--dry-run", options->dry_run,
                   "print the plan, its cost and where it would write; write nothing");
  add_device_options(command, options->request.device, options->threads);
  add_data_option(command, options->data);
  command.callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace elubench
