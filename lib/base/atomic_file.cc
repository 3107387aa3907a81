#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace elubench {
namespace {

std::string cause() {
  const bool full = errno == ENOSPC || errno == EDQUOT;
  return std::strerror(errno) + std::string(full ? "; make room and run the same command again" : "");
}

void write_all(const FileDescriptor& file, std::span<const std::byte> bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw Error("cannot write " + path.string() + ": " + cause());
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

// The folder, locked until it is closed, so that two processes that write the same file take turns. A folder that
// can be written but not read cannot be opened, and network file systems refuse the lock or keep it to this
// computer.
FileDescriptor locked_folder(const std::filesystem::path& folder) {
  FileDescriptor descriptor(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.open()) return descriptor;
  while (::flock(descriptor.number(), LOCK_EX) != 0 && errno == EINTR) {
  }
  return descriptor;
}

// A rename is safe on the disk only once its folder is. Some file systems cannot do that to a folder.
void sync_folder(const FileDescriptor& folder, const std::filesystem::path& path) {
  if (::fsync(folder.number()) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EBADF) return;
  throw Error("cannot write " + path.string() + ": " + cause());
}

void write_new_file(const std::filesystem::path& path, std::span<const std::span<const std::byte>> pieces) {
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file.open()) throw Error("cannot write " + path.string() + ": " + cause());
  for (const auto& piece : pieces) write_all(file, piece, path);
  if (::fsync(file.number()) != 0) throw Error("cannot write " + path.string() + ": " + cause());
}

template <class Container>
Container read_whole(const std::filesystem::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) throw Error("cannot read " + path.string() + ": " + cause());
  Container content;
  std::error_code unknown_size;
  const auto expected = std::filesystem::file_size(path, unknown_size);
  content.resize(unknown_size ? 65536 : expected + 1);  // one more shows the end without growing
  std::size_t size = 0;
  while (true) {
    if (size == content.size()) content.resize(2 * content.size());
    const ssize_t count = ::read(file.number(), content.data() + size, content.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw Error("cannot read " + path.string() + ": " + cause());
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  content.resize(size);
  return content;
}

}  // namespace

void write_atomically(const std::filesystem::path& path, std::span<const std::span<const std::byte>> pieces) {
  const FileDescriptor folder = locked_folder(path.parent_path());
  // One name for all writers, so that the leftover of a killed process is written over.
  const std::filesystem::path part = path.string() + ".part";
  try {
    write_new_file(part, pieces);
    if (::rename(part.c_str(), path.c_str()) != 0) throw Error("cannot write " + path.string() + ": " + cause());
  } catch (...) {
    ::unlink(part.c_str());
    throw;
  }
  if (folder.open()) sync_folder(folder, path);
}

void write_atomically(const std::filesystem::path& path, std::string_view text) {
  const std::span<const std::byte> bytes = std::as_bytes(std::span(text));
  write_atomically(path, std::span(&bytes, 1));
}

std::string read_text(const std::filesystem::path& path) { return read_whole<std::string>(path); }

std::string read_input(const std::filesystem::path& path) {
  try {
    return read_text(path);
  } catch (const Error& error) {
    throw UsageError(std::string(error.what()) + "; make it readable");
  }
}

std::vector<std::byte> read_bytes(const std::filesystem::path& path) {
  return read_whole<std::vector<std::byte>>(path);
}

void make_writable_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw UsageError("cannot make the folder " + folder.string() + ": " + error.message() + "; choose another");
  check_folder_can_be_written(folder);
}

void check_folder_can_be_written(const std::filesystem::path& folder) {
  std::error_code unreachable;
  std::filesystem::path there = std::filesystem::absolute(folder, unreachable);
  while (there.has_relative_path() && !std::filesystem::exists(there, unreachable)) there = there.parent_path();
  if (!std::filesystem::is_directory(there, unreachable)) errno = ENOTDIR;
  if (!std::filesystem::is_directory(there, unreachable) || ::access(there.c_str(), W_OK | X_OK) != 0) {
    throw UsageError("cannot write into the folder " + folder.string() + ": " + cause() + "; choose another");
  }
}

std::filesystem::path set_aside_name(const std::filesystem::path& path) {
  for (int number = 1;; ++number) {
    const std::filesystem::path name = path.string() + ".set-aside-" + std::to_string(number);
    std::error_code ignored;
    if (!std::filesystem::exists(name, ignored)) return name;
  }
}

}  // namespace elubench
