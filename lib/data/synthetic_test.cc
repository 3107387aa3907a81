#include "data/synthetic.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include "base/parallel.h"

namespace elubench::data {
namespace {

RawDataset made(std::int64_t classes, std::int64_t train, std::int64_t test, std::uint64_t seed) {
  return make_synthetic({classes, train, test, seed});
}

// The share of `test` that the nearest of the class means of `features` of the training images names rightly.
double nearest_mean_accuracy(const RawDataset& data, std::int64_t classes,
                             const std::function<at::Tensor(const at::Tensor&)>& features) {
  const at::Tensor train = features(data.train.pixels.to(at::kDouble));
  std::vector<at::Tensor> means;
  for (std::int64_t c = 0; c < classes; ++c) {
    means.push_back(train.index_select(0, data.train.labels.eq(c).nonzero().flatten()).mean(0));
  }
  const at::Tensor named = at::cdist(features(data.test.pixels.to(at::kDouble)), at::stack(means)).argmin(1);
  return named.eq(data.test.labels).to(at::kDouble).mean().item<double>();
}

TEST(Synthetic, SizesTypesAndBalancedLabels) {
  const RawDataset data = made(5, 20, 11, 1);
  EXPECT_EQ(data.train.pixels.sizes(), (std::vector<std::int64_t>{20, 3, 32, 32}));
  EXPECT_EQ(data.train.pixels.scalar_type(), at::kByte);
  EXPECT_TRUE(at::equal(at::bincount(data.train.labels), at::full({5}, 4, at::kLong)));
  EXPECT_EQ(data.test.labels.size(0), 11);
  EXPECT_FALSE(at::equal(data.train.pixels.slice(0, 0, 11), data.test.pixels));
}

// The numbers are a promise: the same on every machine.
TEST(Synthetic, PixelsAreTheSameEverywhere) {
  const RawDataset data = made(10, 30, 10, 7);
  EXPECT_EQ(data.checksums[0].sha256, "180710df7bb846ee4fe1bcbba9e0dcca35532ab45108950d1951f76ceed358f3");
  EXPECT_EQ(data.checksums[1].sha256, "864df86a42e0b85a2ab8407db11524d0e36f810109356bf70338f8d1431b5868");
}

TEST(Synthetic, DependsOnTheSeedOnly) {
  const RawDataset data = made(10, 300, 10, 7);
  const int threads = thread_count();
  set_thread_count(threads == 1 ? 3 : 1);
  EXPECT_TRUE(at::equal(made(10, 300, 10, 7).train.pixels, data.train.pixels));
  set_thread_count(threads);
  EXPECT_TRUE(at::equal(made(10, 20, 10, 7).train.pixels, data.train.pixels.slice(0, 0, 20)));
  EXPECT_FALSE(at::equal(made(10, 300, 10, 8).train.pixels, data.train.pixels));
}

TEST(Synthetic, NoClassHasAColourOfItsOwn) {
  const auto mean_colour = [](const at::Tensor& pixels) { return pixels.mean({2, 3}); };
  const double chance = 0.1;
  EXPECT_LT(nearest_mean_accuracy(made(10, 3000, 2000, 3), 10, mean_colour), 2 * chance);
}

// Ten classes with a few training images each: whole images tell something, but far from all.
TEST(Synthetic, CanBeLearnedButNotByTemplates) {
  const auto all_pixels = [](const at::Tensor& pixels) { return pixels.flatten(1); };
  const double accuracy = nearest_mean_accuracy(made(10, 1000, 500, 3), 10, all_pixels);
  EXPECT_GT(accuracy, 0.2);
  EXPECT_LT(accuracy, 0.8);
}

TEST(Synthetic, GreyLevelsUseTheRangeWithoutClipping) {
  const at::Tensor pixels = made(10, 200, 1, 5).train.pixels.to(at::kDouble);
  EXPECT_NEAR(pixels.mean().item<double>(), 127.5, 1);
  EXPECT_GT(pixels.std().item<double>(), 40);
  const auto clipped = (pixels.eq(0) + pixels.eq(255)).to(at::kDouble).mean().item<double>();
  EXPECT_LT(clipped, 0.02);
}

}  // namespace
}  // namespace elubench::data
