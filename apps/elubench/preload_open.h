// The C library's ways to open a file, brought to one. For the one source file of a layer.
#pragma once

#include <fcntl.h>

#include <cstdarg>

#include "preload.h"

namespace elubench::preload {

// What the layer makes of opening a file; `name`: of the function that was called.
int open_file(const char* name, const char* path, int flags, mode_t mode);

}  // namespace elubench::preload

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = va_arg(arguments, mode_t);
  va_end(arguments);
  return elubench::preload::open_file("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = va_arg(arguments, mode_t);
  va_end(arguments);
  return elubench::preload::open_file("open64", path, flags, mode);
}

}  // extern "C"
