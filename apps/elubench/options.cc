#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "command.h"

namespace elubench {
namespace {

bool has_leading_zero(const std::string& text) {
  const auto first_digit = text.find_first_not_of("+-");
  return first_digit < text.size() - 1 && text[first_digit] == '0';
}

// CLI11 would take a number that is too large for the largest, and name the bounds in 300 digits.
CLI::Validator is_seed() {
  return {[](std::string& text) {
            const bool is_number =
                !text.empty() && text.size() < 19 && text.find_first_not_of("0123456789") == std::string::npos;
            return is_number && !has_leading_zero(text)
                       ? std::string()
                       : "'" + text + "' is no seed; give whole numbers, such as 1,2";
          },
          ""};
}

}  // namespace

CLI::Validator is_decimal() {
  return {[](std::string& text) {
            return has_leading_zero(text) ? "'" + text + "' begins with 0; leave that out" : std::string();
          },
          ""};
}

void add_filter_options(CLI::App& command, experiment::Filter& filter) {
  command
      .add_option("--only", filter.only,
                  "only activations that match this shell pattern, such as 'elu*' or '*+bn'; repeatable")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  command.add_option("--seeds", filter.seeds, "only these of the recipe's seeds: 1,2")
      ->check(is_seed())
      ->type_name("SEED,...")
      ->delimiter(',')
      ->allow_extra_args(false);
}

CLI::Option* add_device_options(CLI::App& command, std::string& device, int& threads) {
  CLI::Option* const named =
      command.add_option("--device", device, "cpu, cuda:N, or auto: the first that elubench list devices has")
          ->type_name("NAME")
          ->capture_default_str();
  command
      .add_option("--threads", threads,
                  "threads that compute; default: one a core. Bits repeat only at the same number: "
                  "give it when resuming on another machine")
      ->check(is_decimal())
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  return named;
}

void add_data_option(CLI::App& command, std::string& folder) {
  command
      .add_option("--data", folder,
                  "folder that holds cifar-100-binary/ or cifar-10-batches-bin/; else $ELUBENCH_DATA, then "
                  "elubench/data in $XDG_CACHE_HOME or ~/.cache")
      ->type_name("DIR");
}

void check_output_file(const std::string& path) {
  if (path.empty()) throw UsageError("--out is empty; name a file");
  const std::filesystem::path file = std::filesystem::absolute(path);
  std::error_code unreachable;
  const auto status = std::filesystem::status(file, unreachable);
  if (std::filesystem::is_directory(status)) throw UsageError("--out " + path + " is a folder; name a file");
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw UsageError("--out " + path + " is no regular file; name another");
  }
  const std::filesystem::path folder = file.parent_path();
  if (!std::filesystem::is_directory(folder, unreachable)) {
    throw UsageError("--out " + path + ": there is no folder " + folder.string() + "; make it first");
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw UsageError("--out " + path + " cannot be written: " + std::strerror(errno) + "; choose another");
  }
}

}  // namespace elubench
