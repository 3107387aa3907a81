#include "data/fetch.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>

#include <sstream>

#include "base/error.h"
#include "base/file_lock.h"
#include "data/test_files.h"
#include "data/test_server.h"
#include "data/unpack.h"

namespace elubench::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;
using testing::UnorderedElementsAre;

struct Entry {
  std::string name, content;
  std::string link;  // a symbolic link to it if not empty
};

// A .tar.gz with these entries, made by libarchive's writer.
void write_archive(const std::filesystem::path& path, const std::vector<Entry>& entries) {
  archive* writer = archive_write_new();
  archive_write_add_filter_gzip(writer);
  archive_write_set_format_pax_restricted(writer);
  archive_write_open_filename(writer, path.c_str());
  for (const Entry& item : entries) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, item.name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(item.content.size()));
    archive_entry_set_filetype(entry, item.link.empty() ? AE_IFREG : AE_IFLNK);
    if (!item.link.empty()) archive_entry_set_symlink(entry, item.link.c_str());
    archive_entry_set_perm(entry, 0600);
    archive_write_header(writer, entry);
    archive_write_data(writer, item.content.data(), item.content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
}

class Fetch : public testing::Test {
 protected:
  Fetch() {
    std::filesystem::create_directories(site);
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < set.files.size(); ++i) {
      entries.push_back({set.folder + "/" + set.files[i].name, made_up.contents[i], ""});
    }
    publish(entries);
  }

  void publish(const std::vector<Entry>& entries) {
    write_archive(site / set.archive, entries);
    set.archive_md5 = checksum_of_file(ChecksumKind::md5, site / set.archive);
  }

  std::string archive() const { return read_text(site / set.archive); }
  std::string url() const { return "file://" + site.string(); }
  std::string all_faults() const {
    std::ostringstream lines;
    verify(set, {{folder}}, lines);
    return lines.str();
  }

  void expect_fetched() const {
    for (std::size_t i = 0; i < set.files.size(); ++i) {
      EXPECT_EQ(read_text(folder / set.folder / set.files[i].name), made_up.contents[i]);
    }
    std::vector<std::string> left;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) left.push_back(entry.path().filename());
    EXPECT_THAT(left, UnorderedElementsAre(set.folder, "." + set.folder + ".lock"));
  }

  const TemporaryFolder temporary{testing::TempDir()};
  const std::filesystem::path site = temporary.path() / "site";
  const std::filesystem::path folder = temporary.path() / "data";
  const std::filesystem::path part = folder / "made-up.tar.gz.part";
  const MadeUpCifar made_up{2};
  CifarSet set = made_up.set;
};

TEST_F(Fetch, DownloadsUnpacksAndVerifies) {
  fetch(set, folder, url());
  expect_fetched();
  EXPECT_THAT(all_faults(), AllOf(HasSubstr("one.bin: ok"), HasSubstr("two.bin: ok"), HasSubstr("test.bin: ok")));
}

TEST_F(Fetch, CompleteFilesAreLeftAlone) {
  fetch(set, folder, url());
  fetch(set, folder, "file:///nowhere");
  expect_fetched();
}

TEST_F(Fetch, DamagedFilesAreReplacedAndOthersStay) {
  made_up.write(folder);
  write_atomically(folder / set.folder / "one.bin", std::string_view("damaged"));
  write_atomically(folder / set.folder / "notes.txt", std::string_view("mine"));
  fetch(set, folder, url());
  expect_fetched();
  EXPECT_EQ(read_text(folder / set.folder / "notes.txt"), "mine");
}

TEST_F(Fetch, DamagedFilesThatCannotBeHadAgainAreBadInput) {
  made_up.write(folder);
  write_atomically(folder / set.folder / "one.bin", std::string_view("damaged"));
  EXPECT_THAT([&] { fetch(set, folder, "file:///nowhere"); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("one.bin is damaged"), HasSubstr("just failed"))));
}

TEST_F(Fetch, GoesOnWhereTheConnectionWasLost) {
  {
    TestServer server(archive(), {.cut_after = 100});
    EXPECT_THAT([&] { fetch(set, folder, server.site()); },
                ThrowsMessage<Error>(AllOf(HasSubstr("run the same command again"), HasSubstr(folder.string()))));
    EXPECT_EQ(std::filesystem::file_size(part), 100u);
  }
  TestServer server(archive(), {});
  fetch(set, folder, server.site());
  EXPECT_THAT(server.starts(), ElementsAre(100));
  expect_fetched();
}

TEST_F(Fetch, BeginsAnewWhereTheServerKnowsNoRanges) {
  std::filesystem::create_directories(folder);
  write_atomically(part, std::string_view(archive()).substr(0, 100));
  TestServer server(archive(), {.ranges = false});
  fetch(set, folder, server.site());
  expect_fetched();
}

TEST_F(Fetch, BeginsAnewWhereThePartIsTooLong) {
  std::filesystem::create_directories(folder);
  write_atomically(part, archive() + "more");
  TestServer server(archive(), {});
  fetch(set, folder, server.site());
  EXPECT_EQ(server.starts().back(), 0u);
  expect_fetched();
}

TEST_F(Fetch, WholePartIsNotDownloadedAgain) {
  std::filesystem::create_directories(folder);
  write_atomically(part, archive());
  fetch(set, folder, "file:///nowhere");
  expect_fetched();
}

TEST_F(Fetch, WhatAKilledFetchUnpackedIsRemoved) {
  const std::filesystem::path left = folder / ("." + set.folder + ".unpacking");
  std::filesystem::create_directories(left / set.folder);
  write_atomically(left / set.folder / "one.bin", std::string_view("half"));
  fetch(set, folder, url());
  expect_fetched();
}

TEST_F(Fetch, ASecondFetchIsRefusedWhileOneIsAtWork) {
  std::filesystem::create_directories(folder);
  const FileLock first(folder / ("." + set.folder + ".lock"));
  EXPECT_THAT([&] { fetch(set, folder, url()); },
              ThrowsMessage<Error>(HasSubstr("is being worked on by process")));
  EXPECT_FALSE(std::filesystem::exists(folder / set.folder));
}

TEST_F(Fetch, WrongArchiveIsRefusedAndRemoved) {
  set.archive_md5 = std::string(32, '0');
  EXPECT_THAT([&] { fetch(set, folder, url()); },
              ThrowsMessage<Error>(AllOf(HasSubstr("MD5 expected " + set.archive_md5),
                                         HasSubstr(checksum_of_file(ChecksumKind::md5, site / set.archive)),
                                         HasSubstr("by hand"))));
  EXPECT_FALSE(std::filesystem::exists(part));
}

TEST_F(Fetch, RefusalAndDeadServerAreNamed) {
  std::string dead;
  {
    TestServer server("", {.refuse_with = 403});
    dead = server.site();
    EXPECT_THAT([&] { fetch(set, folder, dead); },
                ThrowsMessage<Error>(AllOf(HasSubstr("refuses"), HasSubstr("403"), HasSubstr("by hand"))));
  }
  EXPECT_THAT([&] { fetch(set, folder, dead); },
              ThrowsMessage<Error>(AllOf(HasSubstr("no network"), HasSubstr((folder / set.folder).string()))));
}

TEST_F(Fetch, EntriesThatLeaveTheFolderAreRefused) {
  for (const Entry& bad : {Entry{"../evil", "x", ""}, Entry{"/tmp/elubench-evil", "x", ""},
                           Entry{"made-up-bin/../../evil", "x", ""}, Entry{"made-up-bin/link", "", "/etc"}}) {
    publish({bad});
    EXPECT_THAT([&] { fetch(set, folder, url()); }, ThrowsMessage<Error>(HasSubstr("no plain file inside")))
        << bad.name;
    EXPECT_FALSE(std::filesystem::exists(folder / "evil"));
    EXPECT_FALSE(std::filesystem::exists("/tmp/elubench-evil"));
    std::filesystem::remove(part);
  }
}

TEST_F(Fetch, ArchiveWithOtherFilesIsRefused) {
  publish({{"made-up-bin/one.bin", "short", ""}});
  EXPECT_THROW(fetch(set, folder, url()), UsageError);
  EXPECT_FALSE(std::filesystem::exists(folder / set.folder));
}

TEST_F(Fetch, FolderThatCannotBeMadeIsAUsageError) {
  write_atomically(temporary.path() / "file", std::string_view("x"));
  EXPECT_THROW(fetch(set, temporary.path() / "file/data", url()), UsageError);
}

TEST_F(Fetch, VerifyNamesWhatIsWrongOrMissing) {
  EXPECT_THROW(all_faults(), UsageError);
  made_up.write(folder);
  write_atomically(folder / set.folder / "one.bin", std::string_view("damaged"));
  std::filesystem::remove(folder / set.folder / "test.bin");
  std::ostringstream lines;
  EXPECT_THAT([&] { verify(set, {{folder}}, lines); }, ThrowsMessage<UsageError>(HasSubstr("one.bin")));
  EXPECT_THAT(lines.str(),
              AllOf(HasSubstr("one.bin is damaged"), HasSubstr("two.bin: ok"), HasSubstr("test.bin is missing")));
}

TEST(FetchByName, UnknownSetNamesTheNearest) {
  EXPECT_THAT([] { fetch("cifar100", "/tmp"); }, ThrowsMessage<UsageError>(HasSubstr("'cifar-100'")));
}

TEST(Unpack, TextIsNoArchive) {
  const TemporaryFolder folder(testing::TempDir());
  write_atomically(folder.path() / "text", std::string_view("<html>not found</html>"));
  EXPECT_THAT([&] { unpack(folder.path() / "text", folder.path() / "out"); },
              ThrowsMessage<Error>(HasSubstr("text")));
}

}  // namespace
}  // namespace elubench::data
