#include "base/file_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>

#include "base/error.h"
#include "base/temporary_folder.h"

namespace elubench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(FileLock, IsRefusedWhileHeldAndNamesTheHolder) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "lock";
  auto held = std::make_unique<FileLock>(path);
  EXPECT_THAT([&] { FileLock{path}; },
              ThrowsMessage<Error>(AllOf(HasSubstr(folder.path().string()),
                                         HasSubstr("process " + std::to_string(::getpid()) + " on "))));
  EXPECT_THAT(FileLock::holder(path), HasSubstr("process " + std::to_string(::getpid()) + " on "));
  EXPECT_NE(FileLock::holder(path), "") << "looking must not take the lock away";
  held.reset();
  EXPECT_EQ(FileLock::holder(path), "");
  EXPECT_NO_THROW(FileLock{path});
}

TEST(FileLock, NobodyHoldsWhatIsNotThere) { EXPECT_EQ(FileLock::holder("/nowhere/lock"), ""); }

TEST(FileLock, IsFreedByTheKernelWhenItsHolderIsKilled) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "lock";
  int locked[2];
  ASSERT_EQ(::pipe(locked), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const FileLock held(path);
    if (::write(locked[1], "x", 1) == 1) ::pause();
    ::_exit(1);
  }
  char told = 0;
  ASSERT_EQ(::read(locked[0], &told, 1), 1);
  EXPECT_THAT([&] { FileLock{path}; }, ThrowsMessage<Error>(HasSubstr("process " + std::to_string(child))));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_NO_THROW(FileLock{path});
  ::close(locked[0]);
  ::close(locked[1]);
}

TEST(FileLock, NamesAFolderThatIsNotThere) {
  EXPECT_THAT([] { FileLock{"/nowhere/lock"}; }, ThrowsMessage<Error>(HasSubstr("/nowhere/lock")));
}

}  // namespace
}  // namespace elubench
