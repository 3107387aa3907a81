#include "base/cpu.h"

#include <gtest/gtest.h>

namespace elubench {
namespace {

TEST(Cpu, ReadsModelAndFlagsOfTheFirstProcessor) {
  const Cpu cpu = parse_cpu_info(
      "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC 9554\nflags\t\t: fpu avx512f avx512_bf16 "
      "avx2\n\n"
      "processor\t: 1\nmodel name\t: other\nflags\t: fpu\n");
  EXPECT_EQ(cpu.model, "AMD EPYC 9554");
  EXPECT_EQ(cpu.extensions, "avx512f avx512_bf16 avx2");
  EXPECT_TRUE(cpu.has("avx2"));
  EXPECT_FALSE(cpu.has("avx512"));
  EXPECT_TRUE(cpu.bf16_is_faster);
}

TEST(Cpu, KnowsWhereBf16IsFasterThanFloat32) {
  EXPECT_TRUE(parse_cpu_info("vendor_id : AuthenticAMD\nflags : avx512_bf16\n").bf16_is_faster);
  EXPECT_FALSE(parse_cpu_info("vendor_id : GenuineIntel\nflags : avx512_bf16\n").bf16_is_faster);
  EXPECT_TRUE(parse_cpu_info("vendor_id : GenuineIntel\nflags : avx512_bf16 amx_bf16\n").bf16_is_faster);
  EXPECT_TRUE(parse_cpu_info("flags : amx_bf16\n").bf16_is_faster);
  EXPECT_TRUE(parse_cpu_info("Features : fp asimd bf16\n").bf16_is_faster);
  EXPECT_FALSE(parse_cpu_info("flags : avx512f avx512_vnni amx_tile\n").bf16_is_faster);
}

TEST(Cpu, OfOneModelWithAndWithoutAnExtensionIsOfTwoKinds) {
  const auto kind = [](const std::string& flags) {
    return parse_cpu_info("model name : Intel(R) Xeon(R) Processor\n" + flags).kind();
  };
  EXPECT_EQ(kind("flags : avx2 avx512f avx512_bf16 amx_bf16\n"), "Intel(R) Xeon(R) Processor, amx_bf16");
  EXPECT_EQ(kind("flags : amx_tile avx512_bf16 avx512f avx2\n"), "Intel(R) Xeon(R) Processor, avx512_bf16");
  EXPECT_EQ(kind("flags : avx2 fma\n"), "Intel(R) Xeon(R) Processor, avx2");
  EXPECT_EQ(kind(""), "Intel(R) Xeon(R) Processor");
  EXPECT_EQ(parse_cpu_info("Features : fp asimd\n").kind(), "unknown, asimd");
}

TEST(Cpu, WithoutAModelItIsUnknown) { EXPECT_EQ(parse_cpu_info("").model, "unknown"); }

}  // namespace
}  // namespace elubench
