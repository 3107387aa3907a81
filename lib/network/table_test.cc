#include "network/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace elubench::network {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

Options named(const char* name) {
  Options options;
  options.name = name;
  return options;
}

std::vector<std::int64_t> pooled_sides(const Options& options) {
  std::vector<std::int64_t> sides;
  for (const LayerGeometry& layer : layers_of(options, 100)) {
    if (layer.pool) sides.push_back(layer.pooled_side);
  }
  return sides;
}

// Parameters and multiply-adds as in the paper's text and this project's reading of it: 1,669,028 parameters and
// 150.7 million multiply-adds; with `same` 157.5 and with `both` 172.9 million. 39.33 million parameters and 1,497
// million.
TEST(Elu11, HasThePapersSize) {
  Options options = named("elu11");
  EXPECT_EQ(cost_of(options, 100, false).parameters, 1669028);
  EXPECT_NEAR(static_cast<double>(cost_of(options, 100, false).multiply_adds_an_image), 150.7e6, 0.05e6);
  EXPECT_EQ(layers_of(options, 100).size(), 11u);
  EXPECT_EQ(pooled_sides(options), (std::vector<std::int64_t>{16, 8, 4, 2, 1, 1, 1}));
  options.even_padding = EvenPadding::same;
  EXPECT_NEAR(static_cast<double>(cost_of(options, 100, false).multiply_adds_an_image), 157.5e6, 0.05e6);
  options.even_padding = EvenPadding::both;
  EXPECT_NEAR(static_cast<double>(cost_of(options, 100, false).multiply_adds_an_image), 172.9e6, 0.05e6);
}

TEST(Elu18, HasThePapersSize) {
  const Options options = named("elu18");
  EXPECT_NEAR(static_cast<double>(cost_of(options, 100, false).parameters), 39.33e6, 0.005e6);
  EXPECT_NEAR(static_cast<double>(cost_of(options, 100, false).multiply_adds_an_image), 1497e6, 0.5e6);
  EXPECT_EQ(pooled_sides(options), (std::vector<std::int64_t>{16, 8, 4, 2, 1, 1, 1, 1}));
}

TEST(Elu18, RunsOutOfImageWithoutPadding) {
  Options options = named("elu18");
  options.even_padding = EvenPadding::none;
  EXPECT_THAT([&] { layers_of(options, 100); }, ThrowsMessage<UsageError>(HasSubstr("even_padding")));
}

TEST(Layers, FollowTheOptions) {
  Options options = named("elu11");
  options.width = 0.125;
  const auto layers = layers_of(options, 10);
  EXPECT_EQ(layers.front().out_channels, 24);
  EXPECT_EQ(layers[5].out_channels, 33);  // 260 / 8 = 32.5, rounded away from zero
  EXPECT_EQ(layers.back().out_channels, 10);
  EXPECT_FALSE(layers.back().activation);
  options.width = 1e-9;
  EXPECT_EQ(layers_of(options, 10).front().out_channels, 1);
  options.final_activation = true;
  EXPECT_TRUE(layers_of(options, 10).back().activation);
}

// By hand: each of the ten layers with an activation has a scale and a shift a channel; 2,544 channels in all.
TEST(Cost, CountsBatchNormalisation) {
  const Options options = named("elu11");
  EXPECT_EQ(cost_of(options, 100, true).parameters - cost_of(options, 100, false).parameters, 2 * 2544);
}

TEST(Dropout, FollowsTheLastLayerOfEachStackOfElu11) {
  const auto phases = dropout_of(named("elu11"));
  ASSERT_EQ(phases.size(), 1u);
  EXPECT_EQ(phases[0].rates, (std::vector<double>{0, 0, 0.1, 0, 0.2, 0, 0.3, 0, 0.4, 0.5, 0}));
}

TEST(Dropout, FollowsEveryLayerOfElu18) {
  const auto phases = dropout_of(named("elu18"));
  EXPECT_EQ(phases[0].rates[1], 0.1);
  EXPECT_EQ(phases[0].rates[4], 0.1);
  EXPECT_EQ(phases[0].rates[5], 0.2);
}

TEST(Dropout, CanBeOffOrATable) {
  Options options = named("elu11");
  options.dropout.enabled = false;
  EXPECT_EQ(dropout_of(options)[0].rates, std::vector<double>(11, 0.0));
  options.dropout = {true, {{0, {0, 0, 0, 0, 0, 0, 0}}, {10, {0, 0.2, 0, 0, 0, 0, 0}}}};
  EXPECT_EQ(dropout_of(options)[1].from, 10);
  EXPECT_EQ(dropout_of(options)[1].rates[2], 0.2);
  options.dropout.phases[0].rates.pop_back();
  EXPECT_THAT([&] { dropout_of(options); }, ThrowsMessage<UsageError>(HasSubstr("7 stacks")));
}

TEST(FindNetwork, NamesTheNearest) {
  EXPECT_THAT([] { find_network("elu12"); }, ThrowsMessage<UsageError>(HasSubstr("'elu11'")));
}

}  // namespace
}  // namespace elubench::network
