#include "experiment/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiment/toml_reader.h"

namespace elubench::experiment {
namespace {

TEST(Environment, IsTomlThatSaysWhatTheRunWasMadeWith) {
  train::Specification specification;
  specification.precision = train::Precision::bf16;
  specification.checkpoint_every = 321;
  const Environment environment = environment_of({"cuda:1", "A \"GPU\"", "580.1", true}, 7, specification,
                                                 "cuDNN 9 (11)", {{"train.bin", "00ff"}});
  std::string text;
  for (const auto& [key, value] : environment.entries) text += key + " = " + value + "\n";
  const toml::table table = parse_toml(text, "environment").table;
  EXPECT_EQ(table["device"].value_or(std::string()), "cuda:1");
  EXPECT_EQ(table["device_name"].value_or(std::string()), "A \"GPU\"");
  EXPECT_EQ(table["driver"].value_or(std::string()), "580.1");
  EXPECT_EQ(table["threads"].value_or(0), 7);
  EXPECT_EQ(table["precision"].value_or(std::string()), "bf16");
  EXPECT_EQ(table["checkpoint_every"].value_or(0), 321);
  EXPECT_EQ(table["data_checksums"]["train.bin"].value_or(std::string()), "00ff");
  EXPECT_THAT(table["git_commit"].value_or(std::string()),
              testing::MatchesRegex("unknown|[0-9a-f]{40}|[0-9a-f]{64}"));
  EXPECT_THAT(table["compiler"].value_or(std::string()), testing::ContainsRegex("[A-Za-z]+ [0-9]+"));
  EXPECT_THAT(table["libtorch"].value_or(std::string()), testing::MatchesRegex("2\\..*"));
  EXPECT_THAT(table["operating_system"].value_or(std::string()), testing::HasSubstr("Linux"));
  EXPECT_TRUE(table["git_dirty"].is_boolean());
  EXPECT_THAT(table["source_checksum"].value_or(std::string()), testing::MatchesRegex("[0-9a-f]{64}"));
}

TEST(Environment, WhatChangesTheBitsOfARunIsKnown) {
  const auto on = [](const char* device) { return environment_of({device, "A", "", true}, 7, {}, "", {}); };
  for (const char* key : {"source_checksum", "compiler", "flags", "libtorch", "library_settings", "device_name",
                          "convolutions", "data_checksums"}) {
    EXPECT_TRUE(on("cpu").decides_bits(key)) << key;
    EXPECT_TRUE(on("cuda:0").decides_bits(key)) << key;
  }
  EXPECT_TRUE(on("cpu").decides_bits("threads"));
  EXPECT_FALSE(on("cuda:0").decides_bits("threads"));
  EXPECT_TRUE(on("cuda:0").decides_bits("cudnn"));
  EXPECT_FALSE(on("cpu").decides_bits("cudnn"));
  EXPECT_FALSE(on("cpu").decides_bits("git_commit")) << "a commit may change the documentation alone";
}

TEST(Environment, HasWhatTheSurroundingsTellTheLibraries) {
  const auto settings = [] {
    for (const auto& [key, value] : environment_of({"cpu", "A", "", true}, 1, {}, "", {}).entries) {
      if (key == "library_settings") return value;
    }
    return std::string("no such key");
  };
  ::unsetenv("ONEDNN_MAX_CPU_ISA");
  ::unsetenv("ATEN_CPU_CAPABILITY");
  EXPECT_EQ(settings(), "\"\"");
  ::setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 1);
  ::setenv("ATEN_CPU_CAPABILITY", "avx2", 1);
  EXPECT_EQ(settings(), "\"ATEN_CPU_CAPABILITY=avx2, ONEDNN_MAX_CPU_ISA=AVX2\"");
  ::unsetenv("ONEDNN_MAX_CPU_ISA");
  ::unsetenv("ATEN_CPU_CAPABILITY");
}

TEST(Environment, TimeIsUtc) {
  EXPECT_THAT(utc_now(),
              testing::MatchesRegex("20[0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]Z"));
}

TEST(Environment, TimeIsReadAgain) {
  EXPECT_EQ(utc_seconds("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(utc_seconds("2001-09-09T01:46:40Z"), 1'000'000'000);  // date -u -d @1000000000
  for (const char* text : {"", "2001-09-09", "2001-09-09T01:46:40Z and more", "2001-13-09T01:46:40Z"}) {
    EXPECT_EQ(utc_seconds(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace elubench::experiment
