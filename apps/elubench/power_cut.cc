// For tests, loaded with LD_PRELOAD: after so many calls that change files the power is cut. What was written and
// not synced is lost then, as a file system may lose it, and the process ends.
//
//   POWER_CUT_UNDER   the folder whose files are watched
//   POWER_CUT_AFTER   before which call the power is cut, counted from 1; never if there are fewer. Writes do
//                     not count: what they leave is not there until it is synced, and between two of them
//                     nothing else is lost
//   POWER_CUT_LOSES   `all`: whatever is not synced; `data`: contents alone, names given or taken stay
//
// Every change is made at once, so that the process sees its own files, and an undo is kept until the file, or for
// a name its folder, is synced.
#include <cstdio>
#include <functional>
#include <utility>
#include <vector>

#include "preload_open.h"

namespace {

using namespace elubench::preload;

constexpr int cut_exit_code = 137;  // as after SIGKILL

using Inode = std::pair<dev_t, ino_t>;

struct Change {
  Inode safe_with;  // what must be synced
  bool is_data;
  std::function<void()> undo;
};

struct State {
  std::string under = setting("POWER_CUT_UNDER");
  long after = std::atol(setting("POWER_CUT_AFTER").c_str());
  bool loses_names = setting("POWER_CUT_LOSES") != "data";
  long calls = 0;
  long backups = 0;
  std::vector<Change> changes;
};

// Never destroyed: files are written until the very end.
State& state() {
  static State* const instance = new State;
  return *instance;
}

bool is_watched(const std::string& path) { return is_under(state().under, path); }

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

Inode inode_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

Inode inode_of_path(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? inode_of(status) : Inode{};
}

// Before every call that changes a file.
void count_call() {
  State& all = state();
  if (++all.calls != all.after) return;
  for (auto change = all.changes.rbegin(); change != all.changes.rend(); ++change) {
    if (change->is_data || all.loses_names) change->undo();
  }
  ::_exit(cut_exit_code);
}

void remember(Inode safe_with, bool is_data, std::function<void()> undo) {
  state().changes.push_back({safe_with, is_data, std::move(undo)});
}

// A second name for a file that is about to lose its own.
std::string keep_aside(const std::string& path) {
  const std::string aside =
      state().under + "/.power-cut-" + std::to_string(::getpid()) + "-" + std::to_string(++state().backups);
  ::link(path.c_str(), aside.c_str());
  return aside;
}

// What undoes a change of the bytes from `first` on: they come back, and the size.
std::function<void()> undo_of_content(int descriptor, off_t first, const struct stat& before) {
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const int file = next<int(const char*, int, ...)>("open")(link.c_str(), O_RDWR | O_CLOEXEC);
  std::string old(static_cast<std::size_t>(before.st_size > first ? before.st_size - first : 0), '\0');
  const ssize_t length = ::pread(file, old.data(), old.size(), first);
  old.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
  return [file, first, old, size = before.st_size] {
    if (next<ssize_t(int, const void*, size_t, off_t)>("pwrite")(file, old.data(), old.size(), first) < 0)
      std::abort();
    if (next<int(int, off_t)>("ftruncate")(file, size) != 0) std::abort();
  };
}

bool is_watched_file(int descriptor, struct stat& status) {
  return ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && is_watched(path_of(descriptor));
}

void before_write(int descriptor) {
  struct stat status {};
  if (!is_watched_file(descriptor, status)) return;
  const bool appends = (::fcntl(descriptor, F_GETFL) & O_APPEND) != 0;
  const off_t first = appends ? status.st_size : ::lseek(descriptor, 0, SEEK_CUR);
  remember(inode_of(status), true, undo_of_content(descriptor, first, status));
}

void after_sync(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return;
  std::erase_if(state().changes, [&](const Change& change) { return change.safe_with == inode_of(status); });
}

}  // namespace

int elubench::preload::open_file(const char* name, const char* path, int flags, mode_t mode) {
  const auto open = next<int(const char*, int, ...)>(name);
  const std::string full = absolute(path);
  if ((flags & (O_CREAT | O_TRUNC)) == 0 || !is_watched(full)) return open(path, flags, mode);
  const bool is_new = !exists(full);
  count_call();
  if (!is_new && (flags & O_TRUNC) != 0) {
    const int file = open(path, O_RDWR | O_CLOEXEC);
    struct stat status {};
    if (file >= 0 && ::fstat(file, &status) == 0)
      remember(inode_of(status), true, undo_of_content(file, 0, status));
  }
  const int opened = open(path, flags, mode);
  if (opened >= 0 && is_new) {
    remember(inode_of_path(folder_of(full)), false, [full] { next<int(const char*)>("unlink")(full.c_str()); });
  }
  return opened;
}

extern "C" {

ssize_t write(int descriptor, const void* bytes, size_t count) {
  before_write(descriptor);
  return next<ssize_t(int, const void*, size_t)>("write")(descriptor, bytes, count);
}

int ftruncate(int descriptor, off_t size) {
  struct stat status {};
  if (is_watched_file(descriptor, status)) {
    count_call();
    remember(inode_of(status), true, undo_of_content(descriptor, size, status));
  }
  return next<int(int, off_t)>("ftruncate")(descriptor, size);
}

int fsync(int descriptor) {
  if (is_watched(path_of(descriptor))) count_call();
  const int result = next<int(int)>("fsync")(descriptor);
  if (result == 0) after_sync(descriptor);
  return result;
}

int fdatasync(int descriptor) {
  if (is_watched(path_of(descriptor))) count_call();
  const int result = next<int(int)>("fdatasync")(descriptor);
  if (result == 0) after_sync(descriptor);
  return result;
}

int rename(const char* from, const char* to) {
  const auto rename = next<int(const char*, const char*)>("rename");
  const std::string old_name = absolute(from), new_name = absolute(to);
  if (!is_watched(new_name)) return rename(from, to);
  count_call();
  const std::string aside = exists(new_name) ? keep_aside(new_name) : std::string();
  const int result = rename(from, to);
  if (result == 0) {
    remember(inode_of_path(folder_of(new_name)), false, [=] {
      rename(new_name.c_str(), old_name.c_str());
      if (!aside.empty()) rename(aside.c_str(), new_name.c_str());
    });
  }
  return result;
}

int unlink(const char* path) {
  const auto unlink = next<int(const char*)>("unlink");
  const std::string full = absolute(path);
  if (!is_watched(full) || !exists(full)) return unlink(path);
  count_call();
  const std::string aside = keep_aside(full);
  const int result = unlink(path);
  if (result == 0) {
    remember(inode_of_path(folder_of(full)), false,
             [=] { next<int(const char*, const char*)>("rename")(aside.c_str(), full.c_str()); });
  }
  return result;
}

// std::filesystem::remove comes here.
int remove(const char* path) {
  struct stat status {};
  if (::lstat(path, &status) == 0 && S_ISDIR(status.st_mode)) return next<int(const char*)>("remove")(path);
  return unlink(path);
}

int mkdir(const char* path, mode_t mode) {
  const std::string full = absolute(path);
  if (is_watched(full) && !exists(full)) {
    count_call();
    remember(inode_of_path(folder_of(full)), false, [=] { ::rmdir(full.c_str()); });
  }
  return next<int(const char*, mode_t)>("mkdir")(path, mode);
}

}  // extern "C"
