#include <fcntl.h>
#include <unistd.h>

#include <exception>
#include <iostream>
#include <memory>

#include "base/call_text.h"
#include "base/error.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "command.h"
#include "device/gpus.h"
#include "device/library_settings.h"
#include "experiment/build_info.h"

namespace elubench {
namespace {

std::string version_text() {
  const auto& build = experiment::build_info();
  const std::string cuda = device::cuda_version();
  return "elubench " + std::string(build.version) + " (commit " + std::string(build.git_commit) +
         (build.git_dirty ? ", sources changed), " : "), ") +
         (cuda == "none" ? "for processors only" : "for NVIDIA GPUs, CUDA " + cuda);
}

void print_error(const std::string& message) { std::cerr << "elubench: error: " << message << "\n"; }

// The one place where exceptions become exit codes.
int exit_code_of(const Action& action) {
  try {
    const int code = action();
    if (!std::cout.flush()) throw Error("cannot write to the standard output");
    return code;
  } catch (const Interrupted& interrupted) {
    print_error(message_of(interrupted));
    return 128 + interrupted.signal_number();
  } catch (const UsageError& error) {
    print_error(message_of(error));
    return exit_code::bad_usage;
  } catch (const DeviceLost& error) {
    print_error(message_of(error));
    return exit_code::device_lost;
  } catch (const std::exception& error) {
    print_error(message_of(error));
    return exit_code::failed;
  }
}

// Says at every level what the options of the program itself are.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_footer(const CLI::App* app) const override {
    const std::string own = CLI::Formatter::make_footer(app);
    if (app->get_parent() == nullptr) return own;
    return own + "\n--quiet and --verbose may stand anywhere.\n";
  }
};

// A descriptor 0, 1 or 2 that the caller closed would be given to the next file, which would then receive the log.
void open_closed_streams() {
  while (true) {
    const int descriptor = ::open("/dev/null", O_RDWR);
    if (descriptor > STDERR_FILENO) ::close(descriptor);
    if (descriptor < 0 || descriptor > STDERR_FILENO) return;
  }
}

// The deepest command that was named: its --help is the one to point to.
const CLI::App* named_command(const CLI::App* app) {
  for (const CLI::App* command : app->get_subcommands()) return named_command(command);
  return app;
}

std::string full_name(const CLI::App* command) {
  return command->get_parent() ? full_name(command->get_parent()) + " " + command->get_name()
                               : command->get_name();
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

// Help and version go to stdout and are no errors.
int report(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error);
  const CLI::App* command = named_command(&app);
  const auto unexpected = app.remaining(true);
  std::string message = message_of(error);
  if (!unexpected.empty() && !unexpected.front().starts_with('-') && !command_names(*command).empty()) {
    message =
        "unknown command '" + unexpected.front() + "'" + suggestion(unexpected.front(), command_names(*command));
  }
  print_error(message + "; see " + full_name(command) + " --help");
  return exit_code::bad_usage;
}

}  // namespace
}  // namespace elubench

int main(int argc, char** argv) {
  using namespace elubench;
  open_closed_streams();
  device::pin_library_settings();

  CLI::App app(
      "Is ELU really better than ReLU, as the paper says? elubench trains the networks of Clevert, Unterthiner "
      "and\n"
      "Hochreiter (arXiv:1511.07289) on CIFAR, the same run once for each activation and seed.",
      "elubench");
  app.formatter(std::make_shared<HelpFormatter>());
  app.footer("Logs go to stderr, results to stdout. Example:\n  elubench run results/quickstart --dry-run");
  app.set_version_flag("--version", version_text);
  app.require_subcommand(1);
  app.fallthrough();
  app.add_flag_callback(
      "--quiet", [] { set_verbosity(Verbosity::quiet); }, "warnings and errors only");
  app.add_flag_callback(
      "--verbose", [] { set_verbosity(Verbosity::verbose); }, "more about what happens");

  Action action;
  add_run_command(app, action);
  add_status_command(app, action);
  add_data_command(app, action);
  add_list_command(app, action);
  add_export_command(app, action);
  add_evaluate_command(app, action);
  add_bench_command(app, action);
  add_doctor_command(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return report(app, error);
  }
  return exit_code_of(action);
}
