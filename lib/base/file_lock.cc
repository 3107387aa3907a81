#include "base/file_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"

namespace elubench {
namespace {

std::string own_name() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return "process " + std::to_string(::getpid()) + " on " + host.data();
}

// Another process has the lock.
class Busy : public Error {
 public:
  using Error::Error;
};

struct flock whole_file(short type) {
  struct flock whole {};
  whole.l_type = type;
  whole.l_whence = SEEK_SET;
  return whole;
}

std::string name_in(const std::filesystem::path& path) {
  const std::string name = read_text(path);
  return name.empty() ? "another process" : name;
}

}  // namespace

FileLock::FileLock(const std::filesystem::path& path)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (!file_.open())
    throw Error("cannot open " + path.string() + ": " + std::strerror(errno) +
                "; choose a folder that you may write");
  struct flock whole = whole_file(F_WRLCK);
  if (::fcntl(file_.number(), F_OFD_SETLK, &whole) != 0) {
    const int cause = errno;
    if (cause != EAGAIN && cause != EACCES)
      throw Error("cannot lock " + path.string() + ": " + std::strerror(cause) +
                  "; its file system has to take locks: NFS 4, or Lustre mounted with flock");
    throw Busy(path.parent_path().string() + " is being worked on by " + name_in(path) +
               "; wait for it, or stop it first");
  }
  const std::string name = own_name();
  if (::ftruncate(file_.number(), 0) != 0 || ::write(file_.number(), name.data(), name.size()) < 0) {
    throw Error("cannot write " + path.string() + ": " + std::strerror(errno));
  }
}

FileLock FileLock::when_free(const std::filesystem::path& path) {
  constexpr auto between_tries = std::chrono::milliseconds(20);
  constexpr int tries_before_saying_so = 50;
  for (int tries = 1;; ++tries) {
    try {
      return FileLock(path);
    } catch (const Busy& busy) {
      throw_if_interrupted();
      if (tries == tries_before_saying_so) log_info(std::string(busy.what()) + "; waiting");
      std::this_thread::sleep_for(between_tries);
    }
  }
}

std::string FileLock::holder(const std::filesystem::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) return {};
  struct flock whole = whole_file(F_RDLCK);  // the holder's write lock is in its way
  if (::fcntl(file.number(), F_OFD_GETLK, &whole) != 0 || whole.l_type == F_UNLCK) return {};
  return name_in(path);
}

}  // namespace elubench
