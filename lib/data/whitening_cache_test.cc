#include "data/whitening_cache.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>

#include "base/atomic_file.h"
#include "base/temporary_folder.h"

namespace elubench::data {
namespace {

using testing::HasSubstr;

const WhiteningParameters parameters;

at::Tensor rows(std::int64_t step) {
  return at::arange(40 * 6, at::kLong)
      .mul(step)
      .add_(at::arange(40 * 6, at::kLong).square())
      .remainder(251)
      .to(at::kByte)
      .view({40, 6});
}

// A whitening that no fit would give, to see whether it was read.
Whitening marked() { return {parameters, at::full({6}, 0.25, at::kDouble), at::full({6, 6}, 0.5, at::kFloat)}; }

bool is_marked(const Whitening& whitening) {
  return at::equal(whitening.mean, marked().mean) && at::equal(whitening.projection, marked().projection);
}

std::ptrdiff_t files_in(const std::filesystem::path& folder) {
  return std::count_if(std::filesystem::directory_iterator(folder), {},
                       [](const auto& entry) { return entry.path().filename() != "whitening.lock"; });
}

class WhiteningCache : public testing::Test {
 protected:
  // What cached_whitening() says on stderr; its result in `result`.
  std::string log_of(const at::Tensor& of, const std::vector<std::filesystem::path>& folders) {
    testing::internal::CaptureStderr();
    result = cached_whitening(of, parameters, folders);
    return testing::internal::GetCapturedStderr();
  }

  TemporaryFolder temporary{testing::TempDir()};
  std::filesystem::path folder = temporary.path() / "made/if/needed";
  Whitening result;
};

TEST_F(WhiteningCache, FittedOnceThenReadBitForBit) {
  const Whitening first = cached_whitening(rows(3), parameters, {folder});
  EXPECT_EQ(files_in(folder), 1);
  EXPECT_THAT(log_of(rows(3), {folder}), testing::Not(HasSubstr("fitting")));
  EXPECT_TRUE(at::equal(result.mean, first.mean));
  EXPECT_TRUE(at::equal(result.projection, first.projection));
}

TEST_F(WhiteningCache, IsReadFromAnyFolder) {
  write_whitening(marked(), rows(3), folder);
  EXPECT_TRUE(is_marked(cached_whitening(rows(3), parameters, {temporary.path() / "none", folder})));
}

TEST_F(WhiteningCache, OtherImagesAndOtherParametersHaveTheirOwn) {
  write_whitening(marked(), rows(3), folder);
  EXPECT_FALSE(is_marked(cached_whitening(rows(4), parameters, {folder})));
  WhiteningParameters other;
  other.regularization = 0.2;
  EXPECT_FALSE(is_marked(cached_whitening(rows(3), other, {folder})));
  EXPECT_EQ(files_in(folder), 3);
}

TEST_F(WhiteningCache, FileOfOtherImagesIsNotTrusted) {
  const auto path = write_whitening(marked(), rows(3), folder);
  const auto foreign = write_whitening(marked(), rows(4), folder);
  std::filesystem::rename(foreign, path);
  EXPECT_THAT(log_of(rows(3), {folder}), HasSubstr("other images"));
  EXPECT_FALSE(is_marked(result));
}

TEST_F(WhiteningCache, DamageAnywhereIsFoundAndRepaired) {
  const auto path = write_whitening(marked(), rows(3), folder);
  const std::string whole = read_text(path);
  for (const std::size_t place : {std::size_t{3}, std::size_t{30}, whole.size() / 2, whole.size() - 1}) {
    std::string damaged = whole;
    damaged[place] = static_cast<char>(damaged[place] ^ 4);
    write_atomically(path, damaged);
    EXPECT_THAT(log_of(rows(3), {folder}), HasSubstr(path.string())) << place;
    EXPECT_FALSE(is_marked(result)) << place;
    EXPECT_THAT(log_of(rows(3), {folder}), testing::IsEmpty()) << place;
  }
  write_atomically(path, whole.substr(0, whole.size() / 2));
  EXPECT_THAT(log_of(rows(3), {folder}), AllOf(HasSubstr("cannot be used"), HasSubstr("fitting the whitening")));
}

TEST_F(WhiteningCache, NowhereToWriteIsAWarningOnly) {
  write_atomically(temporary.path() / "file", std::string_view("not a folder"));
  EXPECT_THAT(log_of(rows(3), {temporary.path() / "file"}), HasSubstr("not kept"));
  EXPECT_EQ(result.projection.size(0), 6);
  EXPECT_THAT(log_of(rows(3), {temporary.path() / "file", folder}), testing::Not(HasSubstr("not kept")));
  EXPECT_EQ(files_in(folder), 1);
}

}  // namespace
}  // namespace elubench::data
