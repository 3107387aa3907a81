#include <filesystem>

#include "base/atomic_file.h"
#include "base/error.h"
#include "command.h"

namespace elubench {

void add_device_options(CLI::App& command, std::string& device, int& threads) {
  command.add_option("--device", device, "auto, cpu or cuda:N")->type_name("NAME")->capture_default_str();
  command
      .add_option("--threads", threads,
                  "threads that compute; default: one a core. Results are the same bits at the same number")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
}

void add_data_option(CLI::App& command, std::string& folder) {
  command
      .add_option("--data", folder,
                  "folder that holds cifar-100-binary/ or cifar-10-batches-bin/; else $ELUBENCH_DATA, then "
                  "the user's cache folder")
      ->type_name("DIR");
}

void check_output_file(const std::string& path) {
  const std::filesystem::path file(path);
  if (std::filesystem::is_directory(file)) throw UsageError("--out " + path + " is a folder; name a file");
  make_writable_folder(file.has_parent_path() ? file.parent_path() : ".");
}

}  // namespace elubench
