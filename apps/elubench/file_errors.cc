// For tests, loaded with LD_PRELOAD: from one moment on the file system refuses changes, as a full or broken one
// does.
//
//   FILE_ERRORS_UNDER   the folder in which it does
//   FILE_ERRORS_AFTER   the first call that is refused, counted from 1; never if there are fewer
//   FILE_ERRORS_KIND    `full`: no file grows and none is made (ENOSPC); `no-inodes`: none is made (ENOSPC);
//                       `read-only`: nothing changes (EROFS); `broken`: nothing is written or synced (EIO)
#include <cerrno>
#include <cstdio>
#include <map>

#include "preload_open.h"

namespace {

using namespace elubench::preload;

enum class Call { make, open_to_write, write, sync, shorten, take_name };

struct Kind {
  int error;
  bool (*refuses)(Call);
};

Kind kind_of(const std::string& name) {
  static const std::map<std::string, Kind> all{
      {"full", {ENOSPC, [](Call call) { return call == Call::make || call == Call::write; }}},
      {"no-inodes", {ENOSPC, [](Call call) { return call == Call::make; }}},
      {"read-only", {EROFS, [](Call call) { return call != Call::sync; }}},
      {"broken", {EIO, [](Call call) { return call == Call::write || call == Call::sync; }}}};
  return all.at(name);
}

struct State {
  std::string under = setting("FILE_ERRORS_UNDER");
  long after = std::stol(setting("FILE_ERRORS_AFTER"));
  Kind kind = kind_of(setting("FILE_ERRORS_KIND"));
  long calls = 0;
};

// Never destroyed: files are written until the very end.
State& state() {
  static State* const instance = new State;
  return *instance;
}

// Sets errno where it is so.
bool is_refused(Call call, const std::string& path) {
  State& all = state();
  if (!is_under(all.under, path) || !all.kind.refuses(call)) return false;
  if (++all.calls < all.after) return false;
  errno = all.kind.error;
  return true;
}

}  // namespace

int elubench::preload::open_file(const char* name, const char* path, int flags, mode_t mode) {
  const bool makes = (flags & O_CREAT) != 0 && !exists(path);
  const bool writes = (flags & (O_WRONLY | O_RDWR | O_TRUNC)) != 0;
  if ((makes || writes) && is_refused(makes ? Call::make : Call::open_to_write, absolute(path))) return -1;
  return next<int(const char*, int, ...)>(name)(path, flags, mode);
}

extern "C" {

ssize_t write(int descriptor, const void* bytes, size_t count) {
  if (is_refused(Call::write, path_of(descriptor))) return -1;
  return next<ssize_t(int, const void*, size_t)>("write")(descriptor, bytes, count);
}

int ftruncate(int descriptor, off_t size) {
  if (is_refused(Call::shorten, path_of(descriptor))) return -1;
  return next<int(int, off_t)>("ftruncate")(descriptor, size);
}

int fsync(int descriptor) {
  if (is_refused(Call::sync, path_of(descriptor))) return -1;
  return next<int(int)>("fsync")(descriptor);
}

int fdatasync(int descriptor) {
  if (is_refused(Call::sync, path_of(descriptor))) return -1;
  return next<int(int)>("fdatasync")(descriptor);
}

int rename(const char* from, const char* to) {
  if (is_refused(Call::take_name, absolute(to))) return -1;
  return next<int(const char*, const char*)>("rename")(from, to);
}

int unlink(const char* path) {
  if (exists(path) && is_refused(Call::take_name, absolute(path))) return -1;
  return next<int(const char*)>("unlink")(path);
}

// std::filesystem::remove comes here.
int remove(const char* path) {
  if (exists(path) && is_refused(Call::take_name, absolute(path))) return -1;
  return next<int(const char*)>("remove")(path);
}

int mkdir(const char* path, mode_t mode) {
  if (!exists(path) && is_refused(Call::make, absolute(path))) return -1;
  return next<int(const char*, mode_t)>("mkdir")(path, mode);
}

}  // extern "C"
