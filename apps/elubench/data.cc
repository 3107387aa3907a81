#include <iostream>
#include <memory>

#include "base/call_text.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "command.h"
#include "data/dump.h"
#include "data/fetch.h"
#include "data/locations.h"

namespace elubench {
namespace {

struct DataOptions {
  std::string set, folder, out;
  std::string preprocessing = std::string(to_name(data::Preprocessing::gcn_zca));
};

int fetch(const DataOptions& options) {
  const InterruptGuard guard;
  ignore_broken_pipes();
  const std::filesystem::path folder = data::Locations::standard(options.folder).folders.front();
  data::fetch(options.set, folder);
  log_info(options.set + " is in " + folder.string());
  return 0;
}

int verify(const DataOptions& options) {
  data::verify(options.set, data::Locations::standard(options.folder), std::cout);
  return 0;
}

int dump(const DataOptions& options) {
  const auto preprocessing = from_name<data::Preprocessing>(options.preprocessing);
  if (!preprocessing) {
    throw UsageError("unknown preprocessing '" + options.preprocessing + "'" +
                     suggestion(options.preprocessing, names_of<data::Preprocessing>()));
  }
  const data::Specification specification{.set = options.set, .preprocessing = *preprocessing};
  check_output_file(options.out);
  data::dump(specification, data::Locations::standard(options.folder), options.out);
  log_info("wrote " + options.out);
  return 0;
}

CLI::App& add_subcommand(CLI::App& data_command, const char* name, const char* help, const char* sets,
                         int (*work)(const DataOptions&), const std::shared_ptr<DataOptions>& options,
                         Action& action) {
  CLI::App& command = *data_command.add_subcommand(name, help);
  command.footer("");  // not the parent's
  command.add_option("SET", options->set, sets)->required();
  add_data_option(command, options->folder);
  command.callback([work, options, &action] { action = [work, options] { return work(*options); }; });
  return command;
}

}  // namespace

void add_data_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<DataOptions>();
  CLI::App& command = *app.add_subcommand("data", "Download, check or write out a data set");
  command.require_subcommand(1);
  command.footer(
      "Examples:\n"
      "  elubench data fetch cifar-100\n"
      "  elubench data verify cifar-100 --data /data\n"
      "  elubench data dump cifar-100 --out whitened.safetensors");
  const char* with_files = "cifar-100 or cifar-10";
  add_subcommand(command, "fetch", "Download from the data set's own site, resumed and checked", with_files, fetch,
                 options, action);
  add_subcommand(command, "verify", "Check the files against the official checksums", with_files, verify, options,
                 action);
  CLI::App& dumping = add_subcommand(command, "dump", "Write the preprocessed images and labels as safetensors",
                                     "cifar-100, cifar-10 or synthetic(...)", dump, options, action);
  dumping.add_option("--out", options->out, "the file to write")->required();
  dumping.add_option("--preprocessing", options->preprocessing, "gcn-zca, standardize or none")
      ->capture_default_str();
  dumping.footer(
      "float32 train_images and test_images (N x 3 x 32 x 32, in the order of the files), int64 train_labels and\n"
      "test_labels.");
}

}  // namespace elubench
