#include "base/cpu.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <span>
#include <sstream>

namespace elubench {
namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

constexpr std::array<std::string_view, 11> extensions_that_decide{"amx_bf16", "avx512_bf16", "avx512f", "avx2",
                                                                  "bf16",     "sve",         "asimd",   "amx_tile",
                                                                  "avx512bw", "avx512vl",    "fma"};
// As many of them tell a processor's kind: the first that is there comes with those of its family after it.
constexpr std::size_t telling = 7;

bool decides_speed(std::string_view flag) {
  return std::ranges::find(extensions_that_decide, flag) != extensions_that_decide.end();
}

// Of Intel's cores, measured on one of Emerald Rapids: AVX512-BF16 makes half as many multiplications a second as
// float32 does (`bench --convolutions onednn` in either precision shows it); on AMD's Zen 4 twice as many.
bool multiplies_bf16_faster(const Cpu& cpu, std::string_view vendor) {
  return cpu.has("amx_bf16") || cpu.has("bf16") || (cpu.has("avx512_bf16") && vendor != "GenuineIntel");
}

void read_flags(const std::string& flags, Cpu& cpu) {
  std::istringstream words(flags);
  for (std::string word; words >> word;) {
    if (decides_speed(word)) cpu.extensions += (cpu.extensions.empty() ? "" : " ") + word;
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

std::string Cpu::kind() const {
  for (const std::string_view extension : std::span(extensions_that_decide).first<telling>()) {
    if (has(extension)) return model + ", " + std::string(extension);
  }
  return model;
}

Cpu parse_cpu_info(std::string_view text) {
  Cpu cpu;
  std::string vendor;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line) && !trimmed(line).empty();) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string key = trimmed(line.substr(0, colon));
    const std::string value = trimmed(line.substr(colon + 1));
    if (key == "vendor_id") vendor = value;
    if (key == "model name") cpu.model = value;
    if (key == "flags" || key == "Features") read_flags(value, cpu);
  }
  cpu.bf16_is_faster = multiplies_bf16_faster(cpu, vendor);
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
