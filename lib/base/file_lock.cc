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

}  // namespace

FileLock::FileLock(const std::filesystem::path& path)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (!file_.open()) throw Error("cannot open " + path.string() + ": " + std::strerror(errno));
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::fcntl(file_.number(), F_OFD_SETLK, &whole) != 0) {
    const int cause = errno;
    if (cause != EAGAIN && cause != EACCES)
      throw Error("cannot lock " + path.string() + ": " + std::strerror(cause));
    const std::string holder = read_text(path);
    throw Error(path.parent_path().string() + " is being worked on by " +
                (holder.empty() ? "another process" : holder) + "; wait for it, or stop it first");
  }
  const std::string name = own_name();
  if (::ftruncate(file_.number(), 0) != 0 || ::write(file_.number(), name.data(), name.size()) < 0) {
    throw Error("cannot write " + path.string() + ": " + std::strerror(errno));
  }
}

}  // namespace elubench
