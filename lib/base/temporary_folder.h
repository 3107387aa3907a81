// A new empty folder that is removed, with all that is in it, when it goes out of scope.
#pragma once

#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

#include "base/error.h"

namespace elubench {

class TemporaryFolder {
 public:
  // Made inside `parent`, which must exist. Throws Error that names it.
  explicit TemporaryFolder(const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
    std::string name = (parent / "elubench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw Error("cannot make a folder in " + parent.string() + ": " + std::strerror(errno));
    }
    path_ = name;
  }
  // Made as `parent`/`name`. What a killed process left there is removed first, so the caller must hold a lock.
  // Throws std::filesystem::filesystem_error.
  TemporaryFolder(const std::filesystem::path& parent, const std::string& name) : path_(parent / name) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directory(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code left_behind;
    std::filesystem::remove_all(path_, left_behind);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace elubench
