// The subcommands: each declares its options, and leaves in `action` what is to be done once the command line is
// parsed.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "experiment/plan.h"

namespace elubench {

// Returns the exit code: 0, or 1 where a run failed or diverged. Throws as base/error.h says; main() turns that
// into exit codes.
using Action = std::function<int()>;

void add_run_command(CLI::App& app, Action& action);
void add_data_command(CLI::App& app, Action& action);
void add_list_command(CLI::App& app, Action& action);
void add_export_command(CLI::App& app, Action& action);
void add_evaluate_command(CLI::App& app, Action& action);
void add_bench_command(CLI::App& app, Action& action);
void add_status_command(CLI::App& app, Action& action);
void add_doctor_command(CLI::App& app, Action& action);

// Options that several commands share. Returns --device.
CLI::Option* add_device_options(CLI::App& command, std::string& device, int& threads);
// CLI11 would read a number that begins with 0 as an octal one.
CLI::Validator is_decimal();
// Which runs of the plan: --only and --seeds.
void add_filter_options(CLI::App& command, experiment::Filter& filter);
void add_data_option(CLI::App& command, std::string& folder);

// Makes sure, before the work, that a file can be written there, in a folder that exists: throws UsageError
// otherwise.
void check_output_file(const std::string& path);

}  // namespace elubench
