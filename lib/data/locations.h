// Where data sets are looked for. Free of LibTorch.
#pragma once

#include <filesystem>
#include <vector>

namespace elubench::data {

struct Locations {
  // Searched in this order for `cifar-100-binary/` and `cifar-10-batches-bin/`.
  std::vector<std::filesystem::path> folders;

  // `--data` (may be empty), then ELUBENCH_DATA, then the user's cache folder + "data".
  static Locations standard(const std::filesystem::path& command_line_folder);
};

// $XDG_CACHE_HOME/elubench, or ~/.cache/elubench, or, without a home, a folder of temporary files.
std::filesystem::path user_cache_folder();

}  // namespace elubench::data
