#include "base/interrupt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "base/error.h"

namespace elubench {
namespace {

TEST(InterruptGuard, TurnsASignalIntoAFlag) {
  const InterruptGuard guard;
  EXPECT_EQ(interrupt_signal(), 0);
  EXPECT_NO_THROW(throw_if_interrupted());
  std::raise(SIGTERM);
  EXPECT_EQ(interrupt_signal(), SIGTERM);
  try {
    throw_if_interrupted();
    FAIL() << "nothing thrown";
  } catch (const Interrupted& interrupted) {
    EXPECT_EQ(interrupted.signal_number(), SIGTERM);
  }
}

TEST(InterruptGuard, BeginsWithoutASignal) {
  {
    const InterruptGuard guard;
    std::raise(SIGINT);
  }
  const InterruptGuard guard;
  EXPECT_EQ(interrupt_signal(), 0);
}

TEST(InterruptGuardDeathTest, LetsTheSecondSignalEndTheProcess) {
  EXPECT_EXIT(
      {
        const InterruptGuard guard;
        std::raise(SIGINT);
        std::raise(SIGINT);
      },
      ::testing::KilledBySignal(SIGINT), "");
}

TEST(InterruptGuard, ASecondSigtermSaysNothingNew) {
  const InterruptGuard guard;
  std::raise(SIGTERM);
  std::raise(SIGTERM);
  EXPECT_EQ(interrupt_signal(), SIGTERM);
}

TEST(InterruptGuardDeathTest, GivesTheSignalsBack) {
  EXPECT_EXIT(
      {
        { const InterruptGuard guard; }
        std::raise(SIGTERM);
      },
      ::testing::KilledBySignal(SIGTERM), "");
}

// A shell does so for what runs in its background.
TEST(InterruptGuardDeathTest, LeavesAnInterruptIgnoredWhereItWas) {
  EXPECT_EXIT(
      {
        std::signal(SIGINT, SIG_IGN);
        const InterruptGuard guard;
        std::raise(SIGINT);
        std::raise(SIGINT);
        std::exit(interrupt_signal());
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace elubench
