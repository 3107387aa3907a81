// What the layers share that tests load with LD_PRELOAD between the program and the C library.
#pragma once

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <string>

namespace elubench::preload {

// The C library's own function.
template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

// Of the environment; empty where it is not set.
inline std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

inline std::string path_of(int descriptor) {
  char path[PATH_MAX];
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t length = ::readlink(link.c_str(), path, sizeof path);
  return length < 0 ? std::string() : std::string(path, static_cast<std::size_t>(length));
}

inline std::string absolute(const char* path) {
  if (*path == '/') return path;
  char folder[PATH_MAX];
  return ::getcwd(folder, sizeof folder) ? std::string(folder) + "/" + path : std::string(path);
}

inline bool is_under(const std::string& folder, const std::string& path) {
  return !folder.empty() && path.compare(0, folder.size(), folder) == 0;
}

inline bool exists(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

}  // namespace elubench::preload
