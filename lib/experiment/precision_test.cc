#include "experiment/precision.h"

#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/temporary_folder.h"
#include "experiment/specification_file.h"
#include "experiment/test_file.h"
#include "network/table.h"

namespace elubench::experiment {
namespace {

const Device with_bf16{"cpu", "fast", {}, true};
const Device without_bf16{"cpu", "slow", {}, false};

TEST(Precision, WhatTheRecipeSaysHoldsOnAnyDevice) {
  EXPECT_EQ(resolve_precision(PrecisionChoice::fp32, "/nowhere", with_bf16), train::Precision::fp32);
  EXPECT_EQ(resolve_precision(PrecisionChoice::bf16, "/nowhere", without_bf16), train::Precision::bf16);
}

TEST(Precision, AutoIsWhatIsFasterOnTheDevice) {
  EXPECT_EQ(resolve_precision(PrecisionChoice::automatic, "/nowhere", with_bf16), train::Precision::bf16);
  EXPECT_EQ(resolve_precision(PrecisionChoice::automatic, "/nowhere", without_bf16), train::Precision::fp32);
}

TEST(Precision, AutoStaysWhatTheExperimentBeganWith) {
  const TemporaryFolder folder;
  train::Specification begun;
  begun.network = network::resolved(begun.network);
  begun.precision = train::Precision::fp32;
  put_text(folder.path() / "elu" / "seed-2" / "run.toml", specification_text(begun));
  EXPECT_EQ(resolve_precision(PrecisionChoice::automatic, folder.path(), with_bf16), train::Precision::fp32);
}

TEST(Precision, AutoIsWhatWasRecordedFirst) {
  const TemporaryFolder folder;
  record_precision(PrecisionChoice::automatic, folder.path(), train::Precision::fp32);
  EXPECT_EQ(resolve_precision(PrecisionChoice::automatic, folder.path(), with_bf16), train::Precision::fp32);
  EXPECT_EQ(record_precision(PrecisionChoice::automatic, folder.path(), train::Precision::bf16),
            train::Precision::fp32);
  EXPECT_EQ(record_precision(PrecisionChoice::bf16, folder.path(), train::Precision::bf16),
            train::Precision::bf16);
  put_text(folder.path() / "precision", "fp8\n");
  EXPECT_THROW(resolve_precision(PrecisionChoice::automatic, folder.path(), with_bf16), UsageError);
}

}  // namespace
}  // namespace elubench::experiment
