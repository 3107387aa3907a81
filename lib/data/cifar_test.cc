#include "data/cifar.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <cstdlib>

#include "base/error.h"
#include "data/test_files.h"

namespace elubench::data {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

class CifarFormat : public testing::TestWithParam<std::int64_t> {};

TEST_P(CifarFormat, ImagesAndLastLabelByteInFileOrder) {
  const TemporaryFolder folder(testing::TempDir());
  const MadeUpCifar made_up(GetParam());
  made_up.write(folder.path());
  const RawDataset dataset = read_cifar(made_up.set, folder.path() / "made-up-bin");
  EXPECT_TRUE(at::equal(dataset.train.labels, at::tensor({3, 6, 0}, at::kLong)));
  EXPECT_TRUE(at::equal(dataset.test.labels, at::tensor({5}, at::kLong)));
  ASSERT_EQ(dataset.train.pixels.sizes(), (std::vector<std::int64_t>{3, 3, 32, 32}));
  // Image 1, green, row 2, column 5 is byte 1024 + 2 x 32 + 5 of its pixels.
  EXPECT_EQ(dataset.train.pixels[1][1][2][5].item<int>(), (100 + 1024 + 64 + 5) % 251);
  EXPECT_EQ(dataset.train.pixels[2][2][31][31].item<int>(), (200 + 3071) % 251);
  EXPECT_EQ(dataset.test.pixels[0][0][0][0].item<int>(), 50);
  ASSERT_EQ(dataset.checksums.size(), 3u);
  EXPECT_EQ(dataset.checksums[1].file, "two.bin");
  EXPECT_EQ(dataset.checksums[1].sha256, made_up.set.files[1].sha256);
}

INSTANTIATE_TEST_SUITE_P(LabelBytes, CifarFormat, testing::Values(1, 2));

TEST(Cifar, DamagedFileIsNamedWithBothChecksums) {
  const TemporaryFolder folder(testing::TempDir());
  const MadeUpCifar made_up(2);
  made_up.write(folder.path());
  std::string damaged = made_up.contents[1];
  damaged[1000] = static_cast<char>(damaged[1000] ^ 1);
  write_atomically(folder.path() / "made-up-bin/two.bin", damaged);
  EXPECT_THAT([&] { read_cifar(made_up.set, folder.path() / "made-up-bin"); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("two.bin"), HasSubstr(made_up.set.files[1].sha256),
                                              HasSubstr(sha256_of_text(damaged)),
                                              HasSubstr("elubench data fetch made-up"))));
}

TEST(Cifar, ShortFileIsNamedWithBothSizes) {
  const TemporaryFolder folder(testing::TempDir());
  const MadeUpCifar made_up(1);
  made_up.write(folder.path());
  write_atomically(folder.path() / "made-up-bin/test.bin", made_up.contents[2].substr(0, 3000));
  EXPECT_THAT([&] { read_cifar(made_up.set, folder.path() / "made-up-bin"); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("test.bin"), HasSubstr("3073"), HasSubstr("3000"))));
}

TEST(Cifar, MissingFileIsAUsageError) {
  const TemporaryFolder folder(testing::TempDir());
  const MadeUpCifar made_up(1);
  made_up.write(folder.path());
  std::filesystem::remove(folder.path() / "made-up-bin/one.bin");
  EXPECT_THAT([&] { read_cifar(made_up.set, folder.path() / "made-up-bin"); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("one.bin"), HasSubstr("elubench data fetch made-up"))));
}

TEST(Cifar, LabelOutOfRangeAndCutImageAreRefused) {
  const CifarSet set = MadeUpCifar(1).set;
  const std::string image = made_up_image(1, 7, 0);
  EXPECT_THROW(parse_cifar(set, std::as_bytes(std::span(image)), "x"), UsageError);
  EXPECT_THROW(parse_cifar(set, std::as_bytes(std::span(image)).first(3072), "x"), UsageError);
}

TEST(Cifar, FolderIsFoundInTheOrderOfTheLocations) {
  const TemporaryFolder folder(testing::TempDir());
  const CifarSet& set = find_cifar("cifar-10");
  std::filesystem::create_directories(folder.path() / "b/cifar-10-batches-bin");
  std::filesystem::create_directories(folder.path() / "c/cifar-10-batches-bin");
  const Locations locations{{folder.path() / "a", folder.path() / "b", folder.path() / "c"}};
  EXPECT_EQ(find_cifar_folder(set, locations), folder.path() / "b/cifar-10-batches-bin");
  const Locations without{{folder.path() / "a", folder.path() / "d"}};
  EXPECT_THAT([&] { find_cifar_folder(set, without); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr((folder.path() / "a").string()),
                                              HasSubstr((folder.path() / "d").string()),
                                              HasSubstr("elubench data fetch cifar-10"))));
}

TEST(Cifar, OfficialSetsAreConsistent) {
  for (const CifarSet& set : cifar_sets()) {
    EXPECT_EQ(set.train_images(), 50000) << set.name;
    EXPECT_EQ(set.test_images(), 10000) << set.name;
    for (const CifarFile& file : set.files) {
      EXPECT_EQ(file.sha256.size(), 64u) << file.name;
      EXPECT_EQ(file.bytes % static_cast<std::uintmax_t>(set.image_bytes()), 0u) << file.name;
    }
  }
}

TEST(Locations, CommandLineThenEnvironmentThenCache) {
  ::setenv("ELUBENCH_DATA", "/from/environment", 1);
  ::setenv("XDG_CACHE_HOME", "/cache", 1);
  using Paths = std::vector<std::filesystem::path>;
  EXPECT_EQ(Locations::standard("/asked").folders, (Paths{"/asked", "/from/environment", "/cache/elubench/data"}));
  ::unsetenv("ELUBENCH_DATA");
  ::unsetenv("XDG_CACHE_HOME");
  ::setenv("HOME", "/home/someone", 1);
  EXPECT_EQ(Locations::standard("").folders, (Paths{"/home/someone/.cache/elubench/data"}));
}

}  // namespace
}  // namespace elubench::data
