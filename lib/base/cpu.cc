#include "base/cpu.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <sstream>

namespace elubench {
namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

constexpr std::array<std::string_view, 3> bf16_flags{"avx512_bf16", "amx_bf16", "bf16"};
constexpr std::array<std::string_view, 8> speed_flags{"avx2",     "fma",      "avx512f", "avx512bw",
                                                      "avx512vl", "amx_tile", "asimd",   "sve"};

template <std::size_t count>
bool is_one_of(const std::array<std::string_view, count>& flags, std::string_view word) {
  return std::find(flags.begin(), flags.end(), word) != flags.end();
}

void read_flags(const std::string& flags, Cpu& cpu) {
  std::istringstream words(flags);
  for (std::string word; words >> word;) {
    const bool bf16 = is_one_of(bf16_flags, word);
    cpu.multiplies_bf16 = cpu.multiplies_bf16 || bf16;
    if (bf16 || is_one_of(speed_flags, word)) cpu.extensions += (cpu.extensions.empty() ? "" : " ") + word;
  }
}

}  // namespace

bool Cpu::has(std::string_view extension) const {
  std::istringstream words(extensions);
  for (std::string word; words >> word;) {
    if (word == extension) return true;
  }
  return false;
}

Cpu parse_cpu_info(std::string_view text) {
  Cpu cpu;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line) && !trimmed(line).empty();) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string key = trimmed(line.substr(0, colon));
    const std::string value = trimmed(line.substr(colon + 1));
    if (key == "model name") cpu.model = value;
    if (key == "flags" || key == "Features") read_flags(value, cpu);
  }
  return cpu;
}

const Cpu& this_cpu() {
  static const Cpu cpu = [] {
    std::ifstream file("/proc/cpuinfo");
    return parse_cpu_info(std::string(std::istreambuf_iterator<char>(file), {}));
  }();
  return cpu;
}

}  // namespace elubench
