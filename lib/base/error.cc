#include "base/error.h"

#include <new>
#include <string_view>

namespace elubench {

std::string message_of(const std::exception& error) {
  const std::string_view text = error.what();
  for (const std::string_view sign : {"can't allocate memory", "out of memory"}) {
    const bool full = text.find(sign) != std::string_view::npos || dynamic_cast<const std::bad_alloc*>(&error);
    if (full) return "the memory is full; a smaller batch or network needs less";
  }
  return std::string(text.substr(0, text.find('\n')));
}

}  // namespace elubench
