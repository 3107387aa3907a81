#include <memory>

#include "base/log.h"
#include "command.h"
#include "experiment/saved_run.h"

namespace elubench {
namespace {

struct ExportOptions {
  std::string run_folder, out;
};

int export_weights(const ExportOptions& options) {
  check_output_file(options.out);
  experiment::export_run(options.run_folder, options.out);
  log_info("wrote " + options.out);
  return 0;
}

}  // namespace

void add_export_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App& command = *app.add_subcommand("export", "Write the weights of a run's last checkpoint as safetensors");
  command.footer(
      "The file holds float32 conv1.weight (output x input x height x width), conv1.bias, conv2.weight, ...; with "
      "batch\n"
      "normalisation also bn1.weight, bn1.bias, bn1.running_mean, bn1.running_var, ...; nothing else.\n"
      "\n"
      "Example:\n"
      "  elubench export results/quickstart/runs/elu/seed-1 --out elu.safetensors");
  command.add_option("RUN_DIR", options->run_folder, "folder of a run")->required();
  command.add_option("--out", options->out, "the file to write")->required();
  command.callback([options, &action] { action = [options] { return export_weights(*options); }; });
}

}  // namespace elubench
