#include "base/error.h"

#include <new>
#include <string_view>

namespace elubench {

std::string one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '\n') {
      line += "\\n";
    } else if (c == '\t') {
      line += "\\t";
    } else if (code < 0x20 || code == 0x7f) {
      constexpr const char* digits = "0123456789abcdef";
      line += std::string("\\x") + digits[code / 16] + digits[code % 16];
    } else {
      line += c;
    }
  }
  return line;
}

std::string message_of(const std::exception& error) {
  const std::string_view text = error.what();
  const auto says = [text](std::string_view sign) { return text.find(sign) != std::string_view::npos; };
  if (dynamic_cast<const std::bad_alloc*>(&error) || says("can't allocate memory") || says("out of memory") ||
      says("STATUS_ALLOC_FAILED")) {
    return "the memory is full; a smaller batch or network needs less";
  }
  std::string line(text.substr(0, text.find('\n')));
  // LibTorch says this of cuDNN also where the algorithms that there are find too little memory.
  if (says("unable to find an engine"))
    line += " (the GPU's memory may be full: see nvidia-smi; a smaller batch or network needs less)";
  return line;
}

}  // namespace elubench
