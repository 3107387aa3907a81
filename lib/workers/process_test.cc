#include "workers/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <csignal>

#include "base/error.h"

namespace elubench::workers {
namespace {

using testing::ElementsAre;

std::vector<std::string> shell(const std::string& script) { return {"-c", script}; }

// Everything it logs until it ends.
std::vector<std::string> all_lines(Process& process, std::optional<Ending>& ending) {
  std::vector<std::string> all;
  while (!ending) {
    pollfd log{process.log(), POLLIN, 0};
    ::poll(&log, 1, 10);
    ending = process.ending();
    for (auto& line : process.lines()) all.push_back(std::move(line));
  }
  return all;
}

TEST(Process, GivesItsLogLineByLineAndHowItEnded) {
  Process process("/bin/sh", shell("echo not this; printf 'one\\ntw' >&2; echo o >&2; exit 3"));
  std::optional<Ending> ending;
  EXPECT_THAT(all_lines(process, ending), ElementsAre("one", "two"));
  EXPECT_FALSE(ending->by_signal);
  EXPECT_EQ(ending->number, 3);
  EXPECT_EQ(ending->text(), "exit code 3");
  EXPECT_TRUE(process.ending()) << "it can be asked again";
}

TEST(Process, SaysWhichSignalEndedIt) {
  Process process("/bin/sh", shell("kill -9 $$"));
  std::optional<Ending> ending;
  all_lines(process, ending);
  EXPECT_TRUE(ending->by_signal);
  EXPECT_EQ(ending->text(), "signal 9 (Killed)");
}

TEST(Process, ReceivesSignalsThatAreSentToIt) {
  Process process("/bin/sh", shell("trap 'echo stopping >&2; exit 7' TERM; echo ready >&2; while :; do :; done"));
  std::vector<std::string> lines;
  while (lines.empty()) lines = process.lines();
  EXPECT_THAT(lines, ElementsAre("ready"));
  process.send(SIGTERM);
  std::optional<Ending> ending;
  EXPECT_THAT(all_lines(process, ending), ElementsAre("stopping"));
  EXPECT_EQ(ending->number, 7);
}

TEST(Process, IsInAProcessGroupOfItsOwn) {
  Process process("/bin/sh", shell("read -r _ _ _ _ group _ < /proc/$$/stat; [ $group = $$ ]"));
  std::optional<Ending> ending;
  all_lines(process, ending);
  EXPECT_EQ(ending->number, 0);
}

TEST(Process, IsAskedToEndWithTheObject) {
  pid_t number = 0;
  {
    Process process("/bin/sh", shell("while :; do :; done"));
    number = process.number();
  }
  EXPECT_NE(::kill(number, 0), 0) << "it must be gone and waited for";
}

TEST(Process, AProgramThatIsNotThereIsAnError) { EXPECT_THROW(Process("/nowhere/program", {}), Error); }

}  // namespace
}  // namespace elubench::workers
