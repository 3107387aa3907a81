#include "data/dataset.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "data/raw_dataset.h"
#include "data/synthetic.h"
#include "data/whitening_cache.h"

namespace elubench::data {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

const char* const small_set = "synthetic(classes=4, train_images=40, test_images=12, seed=2)";

RawDataset small_raw() { return make_synthetic(parse_synthetic(small_set)); }

Specification specification(Preprocessing preprocessing) {
  Specification result;
  result.set = small_set;
  result.preprocessing = preprocessing;
  return result;
}

Dataset load_here(const Specification& what) { return load(what, {}, at::kCPU); }

// What a network sees, back in the order of the files.
at::Tensor planes(const Images& images) { return images.pixels.permute({0, 3, 1, 2}).to(at::kDouble); }

TEST(Load, NoneDividesBy255AndPutsChannelsLast) {
  const Dataset dataset = load_here(specification(Preprocessing::none));
  ASSERT_EQ(dataset.train.pixels.sizes(), (std::vector<std::int64_t>{40, 32, 32, 3}));
  EXPECT_TRUE(dataset.train.pixels.is_contiguous());
  EXPECT_EQ(dataset.train.pixels.scalar_type(), at::kFloat);
  const RawDataset raw = small_raw();
  EXPECT_TRUE(at::allclose(planes(dataset.train) * 255, raw.train.pixels.to(at::kDouble), 1e-6));
  EXPECT_TRUE(at::allclose(planes(dataset.test) * 255, raw.test.pixels.to(at::kDouble), 1e-6));
  EXPECT_TRUE(at::equal(dataset.train.labels, raw.train.labels));
  EXPECT_EQ(dataset.classes, 4);
  EXPECT_EQ(dataset.checksums.size(), 3u);
}

TEST(Load, StandardizeGivesEachChannelMeanZeroAndDeviationOne) {
  const Dataset dataset = load_here(specification(Preprocessing::standardize));
  const at::Tensor train = planes(dataset.train);
  EXPECT_LT(train.mean({0, 2, 3}).abs().max().item<double>(), 1e-5);
  EXPECT_LT((train.var({0, 2, 3}, false) - 1).abs().max().item<double>(), 1e-5);
  const at::Tensor raw = small_raw().train.pixels.to(at::kDouble);
  const at::Tensor green = raw.select(1, 1);
  const at::Tensor expected =
      (small_raw().test.pixels.to(at::kDouble).select(1, 1) - green.mean()) / green.std(false);
  EXPECT_TRUE(at::allclose(planes(dataset.test).select(1, 1), expected, 1e-5, 1e-6));
}

TEST(Load, LimitTakesTheFirstAndValidationTheLastImages) {
  Specification what = specification(Preprocessing::standardize);
  const Dataset all = load_here(what);
  EXPECT_EQ(all.validation.size(), 0);
  what.validation = 10;
  const Dataset held_out = load_here(what);
  EXPECT_TRUE(at::equal(held_out.train.pixels, all.train.pixels.slice(0, 0, 30)));
  EXPECT_TRUE(at::equal(held_out.validation.pixels, all.train.pixels.slice(0, 30, 40)));
  EXPECT_TRUE(at::equal(held_out.validation.labels, all.train.labels.slice(0, 30, 40)));
  what.limit = 7;
  const Dataset limited = load_here(what);  // fitted on all 40 nevertheless
  EXPECT_TRUE(at::equal(limited.train.pixels, all.train.pixels.slice(0, 0, 7)));
  EXPECT_EQ(limited.validation.size(), 10);
  what.limit = 35;
  EXPECT_EQ(load_here(what).train.size(), 30);
  what.validation = 40;
  EXPECT_THAT([&] { load_here(what); }, ThrowsMessage<UsageError>(HasSubstr("validation = 40")));
}

TEST(Load, MissingDataSayHowToGetThem) {
  EXPECT_THAT([] { load({}, {{"/nowhere"}}, at::kCPU); },
              ThrowsMessage<UsageError>(testing::AllOf(HasSubstr("/nowhere/cifar-100-binary"),
                                                       HasSubstr("elubench data fetch cifar-100"))));
}

// The fit to 3,072 values takes too long for a test, so a known one is put where load() looks for it.
TEST(Load, GcnZcaAppliesTheKeptWhitening) {
  const TemporaryFolder cache(testing::TempDir());
  ::setenv("XDG_CACHE_HOME", cache.path().c_str(), 1);
  const at::Tensor rows = small_raw().train.pixels.flatten(1);
  const Whitening swap_neighbours{
      {},
      at::full({image_values}, 0.5, at::kDouble),
      at::eye(image_values, at::kFloat).view({image_values, -1, 2}).flip(2).reshape({image_values, image_values})};
  write_whitening(swap_neighbours, rows, user_cache_folder() / "whitening");
  const Dataset dataset = load_here(specification(Preprocessing::gcn_zca));
  ::unsetenv("XDG_CACHE_HOME");
  const at::Tensor expected = contrast_normalized(small_raw().test.pixels.flatten(1), {}) - 0.5;
  const at::Tensor swapped = expected.view({12, -1, 2}).flip(2).reshape({12, 3, 32, 32});
  EXPECT_LT((planes(dataset.test) - swapped).abs().max().item<double>(), 1e-6);
}

// whitened_cifar_golden.json was computed by whitening_golden.py with numpy in double, by singular values and not
// by eigenvalues. Whitened values are of the order of 1; float's projection leaves some 1e-6 of it.
void expect_like_numpys(const at::Tensor& images, const std::string& split) {
  std::ifstream file(ELUBENCH_SOURCE_DIR "/lib/data/whitened_cifar_golden.json");
  const nlohmann::json golden = nlohmann::json::parse(file).at(split);
  const at::Tensor rows = images.flatten(1);
  const double norm = golden.at("norm").get<double>();
  EXPECT_NEAR(rows.norm(2, at::kDouble).item<double>(), norm, 1e-5 * norm) << split;
  std::int64_t i = 0;
  for (const auto& value : golden.at("values")) {
    const double ours = rows[i * rows.size(0) / 64][i * 1000003 % rows.size(1)].item<double>();
    EXPECT_NEAR(ours, value.get<double>(), 2e-5) << split << " value " << i;
    ++i;
  }
}

// CIFAR-100 itself, where ELUBENCH_TEST_DATA names the folder that holds cifar-100-binary/.
TEST(Load, RealImagesAreWhitenedAsNumpyDoes) {
  const char* folder = std::getenv("ELUBENCH_TEST_DATA");
  if (folder == nullptr || *folder == '\0') GTEST_SKIP() << "ELUBENCH_TEST_DATA names no folder";
  const Dataset dataset = load({}, {{folder}}, at::kCPU);
  EXPECT_EQ(dataset.train.size(), 50000);
  EXPECT_EQ(dataset.test.size(), 10000);
  EXPECT_EQ(dataset.classes, 100);
  EXPECT_TRUE(at::equal(at::bincount(dataset.train.labels), at::full({100}, 500, at::kLong)));
  // The first fine labels: cattle, dinosaur, apple; the first of the test set: mountain.
  EXPECT_TRUE(at::equal(dataset.train.labels.slice(0, 0, 3), at::tensor({19, 29, 0}, at::kLong)));
  EXPECT_EQ(dataset.test.labels[0].item<int>(), 49);
  expect_like_numpys(planes(dataset.train), "train");
  expect_like_numpys(planes(dataset.test), "test");
}

}  // namespace
}  // namespace elubench::data
