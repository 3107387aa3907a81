#include "experiment/cpu.h"

#include <fstream>
#include <iterator>
#include <sstream>

namespace elubench::experiment {
namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool has_bf16_flag(const std::string& flags) {
  std::istringstream words(flags);
  for (std::string word; words >> word;) {
    if (word == "avx512_bf16" || word == "amx_bf16" || word == "bf16") return true;
  }
  return false;
}

}  // namespace

Cpu parse_cpu_info(std::string_view text) {
  Cpu cpu;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line) && !trimmed(line).empty();) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string key = trimmed(line.substr(0, colon));
    const std::string value = trimmed(line.substr(colon + 1));
    if (key == "model name") cpu.model = value;
    if (key == "flags" || key == "Features") cpu.multiplies_bf16 = has_bf16_flag(value);
  }
  return cpu;
}

Cpu this_cpu() {
  std::ifstream file("/proc/cpuinfo");
  return parse_cpu_info(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace elubench::experiment
