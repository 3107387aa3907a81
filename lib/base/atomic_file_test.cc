#include "base/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "base/error.h"
#include "base/file_size_limit.h"
#include "base/temporary_folder.h"

namespace elubench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST(WriteAtomically, WritesThePiecesInOrderAndLeavesNothingElse) {
  const TemporaryFolder folder;
  const std::string first = "one ";
  const std::string second = "two";
  const std::vector<std::span<const std::byte>> pieces{
      std::as_bytes(std::span(first)), {}, std::as_bytes(std::span(second))};
  write_atomically(folder.path() / "file", pieces);
  EXPECT_EQ(read_text(folder.path() / "file"), "one two");
  EXPECT_EQ(read_bytes(folder.path() / "file").size(), 7u);
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(WriteAtomically, ReplacesAFileAndALeftoverOfAKilledWriter) {
  const TemporaryFolder folder;
  write_atomically(folder.path() / "file", "a long old content");
  std::ofstream(folder.path() / "file.part") << "half of a much longer content of a writer that was killed";
  write_atomically(folder.path() / "file", "new");
  EXPECT_EQ(read_text(folder.path() / "file"), "new");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(WriteAtomically, KeepsTheOldFileWhenTheDiskIsFull) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "file";
  write_atomically(path, "old");
  {
    const FileSizeLimit full(4);
    EXPECT_THAT([&] { write_atomically(path, "longer than four bytes"); },
                ThrowsMessage<Error>(AllOf(HasSubstr(path.string()), HasSubstr("File too large"))));
  }
  EXPECT_EQ(read_text(path), "old");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(WriteAtomically, NamesAFolderThatIsNotThere) {
  EXPECT_THAT([] { write_atomically("/nowhere/file", "text"); },
              ThrowsMessage<Error>(AllOf(HasSubstr("/nowhere/file"), HasSubstr("No such file"))));
}

// Readers and writers of one file in several processes: whoever reads sees one of the contents, whole.
TEST(WriteAtomically, LetsTwoProcessesTakeTurns) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "file";
  std::vector<pid_t> children;
  for (const char letter : {'a', 'b'}) {
    children.push_back(::fork());
    if (children.back() != 0) continue;
    try {
      for (int i = 0; i < 20; ++i) write_atomically(path, std::string(100000, letter));
    } catch (const Error&) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  const auto expect_one_of_them = [&] {
    if (!std::filesystem::exists(path)) return;
    const std::string content = read_text(path);
    EXPECT_EQ(content, std::string(100000, content.at(0)));
  };
  for (const pid_t child : children) {
    int status = 0;
    while (::waitpid(child, &status, WNOHANG) == 0) expect_one_of_them();
    EXPECT_EQ(status, 0);
  }
  ASSERT_TRUE(std::filesystem::exists(path));
  expect_one_of_them();
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(ReadText, ReadsWhatHasNoSize) { EXPECT_THAT(read_text("/proc/self/status"), HasSubstr("Pid:")); }

TEST(ReadText, NamesPathAndCause) {
  EXPECT_THAT([] { read_text("/nowhere"); },
              ThrowsMessage<Error>(AllOf(HasSubstr("/nowhere"), HasSubstr("No such file"))));
  EXPECT_THAT([] { read_text("/"); }, ThrowsMessage<Error>(HasSubstr("directory")));
}

TEST(MakeWritableFolder, MakesParentsAndAcceptsWhatIsThere) {
  const TemporaryFolder folder;
  make_writable_folder(folder.path() / "a" / "b");
  EXPECT_NO_THROW(make_writable_folder(folder.path() / "a" / "b"));
  EXPECT_TRUE(std::filesystem::is_directory(folder.path() / "a" / "b"));
}

TEST(MakeWritableFolder, RefusesAFileAndAReadOnlyPlace) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "x";
  EXPECT_THAT([&] { make_writable_folder(folder.path() / "file"); }, ThrowsMessage<UsageError>(HasSubstr("file")));
  EXPECT_THAT([&] { make_writable_folder(folder.path() / "file" / "below"); },
              ThrowsMessage<UsageError>(HasSubstr("below")));
  EXPECT_THAT([] { make_writable_folder("/proc/elubench"); },
              ThrowsMessage<UsageError>(HasSubstr("/proc/elubench")));
}

}  // namespace
}  // namespace elubench
