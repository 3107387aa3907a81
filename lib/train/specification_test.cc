#include "train/specification.h"

#include <gtest/gtest.h>

namespace elubench::train {
namespace {

TEST(Schedule, HoldsTheLastBreakpointReached) {
  const Schedule schedule{{0, 0.01}, {10, 0.005}};
  EXPECT_EQ(value_at(schedule, 0), 0.01);
  EXPECT_EQ(value_at(schedule, 9), 0.01);
  EXPECT_EQ(value_at(schedule, 10), 0.005);
  EXPECT_EQ(value_at(schedule, 1000), 0.005);
}

}  // namespace
}  // namespace elubench::train
