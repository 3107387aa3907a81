#include "experiment/progress_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace elubench::experiment {
namespace {

TEST(ProgressText, SaysWhereTheRunIs) {
  EXPECT_EQ(progress_text({120, 300, 3.9123, 88.14, 231.4, 180}),
            "120/300 | loss 3.91 | error 88.14 % | 231 im/s | 3 min left");
}

TEST(ProgressText, BeforeTheFirstTestThereIsNoError) {
  EXPECT_EQ(progress_text({1, 300, 4.6, std::numeric_limits<double>::quiet_NaN(), 10, 20}),
            "1/300 | loss 4.60 | error - | 10 im/s | 20 s left");
}

TEST(DurationText, TakesUnitsThatFit) {
  EXPECT_EQ(duration_text(0), "0 s");
  EXPECT_EQ(duration_text(89), "89 s");
  EXPECT_EQ(duration_text(3600), "60 min");
  EXPECT_EQ(duration_text(2 * 3600 + 300), "2 h 5 min");
  EXPECT_EQ(duration_text(98 * 3600), "4 d 2 h");
  EXPECT_EQ(duration_text(std::numeric_limits<double>::infinity()), "unknown time");
}

TEST(CountText, TakesUnitsThatFit) {
  EXPECT_EQ(count_text(812), "812");
  EXPECT_EQ(count_text(150.7e6), "150.7 million");
  EXPECT_EQ(count_text(7.46e15), "7.46e+15");
}

TEST(SizeText, TakesUnitsThatFit) {
  EXPECT_EQ(size_text(512), "0.5 kB");
  EXPECT_EQ(size_text(13.36e6), "13.4 MB");
  EXPECT_EQ(size_text(2e9), "2.0 GB");
}

}  // namespace
}  // namespace elubench::experiment
