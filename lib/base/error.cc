#include "base/error.h"

#include <new>
#include <string_view>

namespace elubench {

std::string message_of(const std::exception& error) {
  const std::string_view text = error.what();
  const auto says = [text](std::string_view sign) { return text.find(sign) != std::string_view::npos; };
  if (dynamic_cast<const std::bad_alloc*>(&error) || says("can't allocate memory") || says("out of memory")) {
    return "the memory is full; a smaller batch or network needs less";
  }
  return std::string(text.substr(0, text.find('\n')));
}

}  // namespace elubench
