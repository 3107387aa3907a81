// What the operating system says of the processor. Free of LibTorch.
#pragma once

#include <string>
#include <string_view>

namespace elubench {

struct Cpu {
  std::string model = "unknown";
  bool bf16_is_faster = false;  // to multiply than float32: AMX-BF16, Arm's BF16, or AVX512-BF16 unless Intel's
  std::string extensions;       // those that decide its speed here: "avx2 avx512f avx512_bf16"

  bool has(std::string_view extension) const;

  // Model and the extension that the others come with: "AMD EPYC, avx512_bf16". Models alone are not told apart
  // everywhere: a virtual machine may say "Intel(R) Xeon(R) Processor" with AMX and without.
  std::string kind() const;
};

// `text` is in the format of /proc/cpuinfo; its first processor counts.
Cpu parse_cpu_info(std::string_view text);
const Cpu& this_cpu();

}  // namespace elubench
