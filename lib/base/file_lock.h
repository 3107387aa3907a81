// A lock that the kernel frees when its holder dies.
#pragma once

#include <filesystem>

#include "base/file_descriptor.h"

namespace elubench {

class FileLock {
 public:
  // Takes the lock by an open-file-description lock on the file `path`, which it makes if needed and writes host
  // and process number into. Throws Error that names the holder if another process has it.
  explicit FileLock(const std::filesystem::path& path);
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  FileDescriptor file_;
};

}  // namespace elubench
