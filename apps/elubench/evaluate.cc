#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/call_text.h"
#include "base/parallel.h"
#include "command.h"
#include "experiment/saved_run.h"

namespace elubench {
namespace {

struct EvaluateOptions {
  std::string run_folder, data;
  std::string device = "auto";
  int threads = 0;
  bool json = false;
};

int evaluate(const EvaluateOptions& options) {
  set_thread_count(options.threads);
  const auto result = experiment::evaluate_run(options.run_folder, data::Locations::standard(options.data),
                                               experiment::find_device(options.device));
  if (options.json) {
    const nlohmann::ordered_json json{
        {"iteration", result.iteration}, {"test_loss", result.loss}, {"test_error", result.error}};
    std::cout << json.dump() << "\n";
  } else {
    std::cout << "after iteration " << result.iteration << ": test loss " << number_text(result.loss)
              << " nats, test error " << number_text(result.error) << " %\n";
  }
  return 0;
}

}  // namespace

void add_evaluate_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<EvaluateOptions>();
  CLI::App& command = *app.add_subcommand("evaluate", "Test loss and error of a run's last checkpoint again");
  command.footer("Example:\n  elubench evaluate results/quickstart/runs/elu/seed-1");
  command.add_option("RUN_DIR", options->run_folder, "folder of a run")->required();
  command.add_flag("--json", options->json, "print {\"iteration\": ..., \"test_loss\": ..., \"test_error\": ...}");
  add_device_options(command, options->device, options->threads);
  add_data_option(command, options->data);
  command.callback([options, &action] { action = [options] { return evaluate(*options); }; });
}

}  // namespace elubench
