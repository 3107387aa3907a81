// A lock that the kernel frees when its holder dies.
#pragma once

#include <filesystem>
#include <string>

#include "base/file_descriptor.h"

namespace elubench {

class FileLock {
 public:
  // Takes the lock by an open-file-description lock on the file `path`, which it makes if needed and writes host
  // and process number into. Throws Error that names the holder if another process has it.
  explicit FileLock(const std::filesystem::path& path);
  // The same, but waits until it is free: for work of a moment. Throws Interrupted.
  static FileLock when_free(const std::filesystem::path& path);
  FileLock(FileLock&&) = default;
  FileLock& operator=(FileLock&&) = default;

  // "process 12 on host" where a process holds the lock, which is only looked at; empty where none does, or there
  // is no such file.
  static std::string holder(const std::filesystem::path& path);

 private:
  FileDescriptor file_;
};

}  // namespace elubench
