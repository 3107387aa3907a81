// For tests: a file in a folder that may not be there yet.
#pragma once

#include <filesystem>
#include <string>

#include "base/atomic_file.h"

namespace elubench::experiment {

inline void put_text(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  write_atomically(path, text);
}

}  // namespace elubench::experiment
