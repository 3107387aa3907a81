#include "base/file_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/atomic_file.h"
#include "base/error.h"

namespace elubench {
namespace {

std::string own_name() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return "process " + std::to_string(::getpid()) + " on " + host.data();
}

struct flock whole_file() {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return whole;
}

std::string name_in(const std::filesystem::path& path) {
  const std::string name = read_text(path);
  return name.empty() ? "another process" : name;
}

}  // namespace

FileLock::FileLock(const std::filesystem::path& path) : FileLock(path, F_OFD_SETLK) {}

FileLock FileLock::when_free(const std::filesystem::path& path) { return {path, F_OFD_SETLKW}; }

FileLock::FileLock(const std::filesystem::path& path, int command)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (!file_.open()) throw Error("cannot open " + path.string() + ": " + std::strerror(errno));
  struct flock whole = whole_file();
  if (::fcntl(file_.number(), command, &whole) != 0) {
    const int cause = errno;
    if (cause != EAGAIN && cause != EACCES)
      throw Error("cannot lock " + path.string() + ": " + std::strerror(cause));
    throw Error(path.parent_path().string() + " is being worked on by " + name_in(path) +
                "; wait for it, or stop it first");
  }
  const std::string name = own_name();
  if (::ftruncate(file_.number(), 0) != 0 || ::write(file_.number(), name.data(), name.size()) < 0) {
    throw Error("cannot write " + path.string() + ": " + std::strerror(errno));
  }
}

std::string FileLock::holder(const std::filesystem::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));  // a write lock needs a file open to write
  if (!file.open()) return {};
  struct flock whole = whole_file();
  if (::fcntl(file.number(), F_OFD_GETLK, &whole) != 0 || whole.l_type == F_UNLCK) return {};
  return name_in(path);
}

}  // namespace elubench
