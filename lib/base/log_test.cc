#include "base/log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <memory>

#include "base/file_descriptor.h"

namespace elubench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

class Log : public ::testing::Test {
 protected:
  ~Log() override { set_verbosity(Verbosity::normal); }
};

std::string logged(const std::function<void()>& action) {
  CaptureStderr();
  action();
  return GetCapturedStderr();
}

// What the action writes to stderr while that is a terminal of so many columns.
std::string shown_on_terminal(unsigned short columns, const std::function<void()>& action) {
  const FileDescriptor terminal(::posix_openpt(O_RDWR | O_NOCTTY));
  if (!terminal.open() || ::grantpt(terminal.number()) != 0 || ::unlockpt(terminal.number()) != 0)
    return "no terminal";
  auto far_end = std::make_unique<FileDescriptor>(::open(::ptsname(terminal.number()), O_RDWR | O_NOCTTY));
  const winsize size{24, columns, 0, 0};
  ::ioctl(far_end->number(), TIOCSWINSZ, &size);
  const FileDescriptor before(::dup(STDERR_FILENO));
  ::dup2(far_end->number(), STDERR_FILENO);
  action();
  ::fflush(stderr);
  ::dup2(before.number(), STDERR_FILENO);
  far_end.reset();  // so that the reading ends
  std::string bytes;
  std::array<char, 256> part;
  ssize_t count = 0;
  while ((count = ::read(terminal.number(), part.data(), part.size())) > 0) {
    bytes.append(part.data(), static_cast<std::size_t>(count));
  }
  return bytes;
}

void log_at_every_level() {
  log_debug("to debug");
  log_info("to inform");
  log_warning("to warn {}");  // braces are no format
  log_error("to fail");
}

TEST_F(Log, ShowsWhatTheVerbosityAllows) {
  set_verbosity(Verbosity::quiet);
  EXPECT_THAT(logged(log_at_every_level),
              AllOf(Not(HasSubstr("inform")), HasSubstr("warning: to warn {}\n"), HasSubstr("error: to fail\n")));
  set_verbosity(Verbosity::normal);
  EXPECT_THAT(logged(log_at_every_level), AllOf(Not(HasSubstr("debug")), HasSubstr("info: to inform\n")));
  set_verbosity(Verbosity::verbose);
  EXPECT_THAT(logged(log_at_every_level), HasSubstr("debug: to debug\n"));
}

TEST_F(Log, HasNoColoursOutsideATerminal) { EXPECT_THAT(logged(log_at_every_level), Not(HasSubstr("\033"))); }

TEST_F(Log, ShowsProgressAsLogLinesNowAndThenOutsideATerminal) {
  const std::string often = logged([] {
    ProgressLine line(0);
    line.show("one");
    line.show("two");
  });
  EXPECT_THAT(often, AllOf(HasSubstr("info: one\n"), HasSubstr("info: two\n"), Not(HasSubstr("\033"))));
  EXPECT_EQ(logged([] { ProgressLine(1000).show("too early"); }), "");
}

TEST_F(Log, RewritesOneLineOnATerminal) {
  const std::string shown = shown_on_terminal(80, [] {
    ProgressLine line;
    line.show("one");
    line.show("too soon after it");
    log_info("a message");
  });
  EXPECT_THAT(shown, AllOf(::testing::StartsWith("\r\033[Kone\r\033[K"), HasSubstr("a message\r\n"),
                           Not(HasSubstr("soon"))));
}

TEST_F(Log, CutsTheProgressLineToTheTerminal) {
  const std::string shown = shown_on_terminal(10, [] { ProgressLine().show("0123456789abc"); });
  EXPECT_EQ(shown, "\r\033[K456789abc\r\033[K");
}

TEST_F(Log, ShowsNoProgressWhenQuiet) {
  set_verbosity(Verbosity::quiet);
  EXPECT_EQ(logged([] { ProgressLine(0).show("one"); }), "");
}

}  // namespace
}  // namespace elubench
