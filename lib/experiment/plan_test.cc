#include "experiment/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "experiment/specification_file.h"
#include "experiment/toml_reader.h"

namespace elubench::experiment {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Recipe two_by_two() {
  return parse_recipe(R"toml(
    compare.activations = ["relu", "elu(alpha=0.5)"]
    compare.batch_norm = [false, true]
    compare.seeds = [3, 1]
  )toml",
                      "experiment.toml");
}

std::vector<std::string> folders_of(const std::vector<Run>& runs) {
  std::vector<std::string> folders;
  for (const Run& run : runs) folders.push_back(run.folder.string());
  return folders;
}

std::vector<std::string> folders_for(const Filter& filter) {
  return folders_of(plan(two_by_two(), train::Precision::fp32, filter));
}

// 2 / 2^6 = .031; three times 2 / 2^7 = .047; sixteen times 2 / 2^10 = .031, and 2 / 2^9 = .063.
TEST(Plan, TellsHowManySeedsCanDecideSoManyComparisons) {
  EXPECT_EQ(seeds_to_decide(1), 6);
  EXPECT_EQ(seeds_to_decide(3), 7);
  EXPECT_EQ(seeds_to_decide(16), 10);
  EXPECT_EQ(comparisons_in(two_by_two().compare), 2);
}

TEST(Plan, GoesSeedBySeedSoThatPairsStandTogether) {
  EXPECT_THAT(folders_for({}),
              ElementsAre("relu/seed-3", "elu(alpha=0.5)/seed-3", "relu+bn/seed-3", "elu(alpha=0.5)+bn/seed-3",
                          "relu/seed-1", "elu(alpha=0.5)/seed-1", "relu+bn/seed-1", "elu(alpha=0.5)+bn/seed-1"));
}

TEST(Plan, PatternsMatchTheVariantOrTheBareName) {
  EXPECT_THAT(folders_for({{"*+bn"}, {1}}), ElementsAre("relu+bn/seed-1", "elu(alpha=0.5)+bn/seed-1"));
  EXPECT_THAT(folders_for({{"elu"}, {1}}), ElementsAre("elu(alpha=0.5)/seed-1", "elu(alpha=0.5)+bn/seed-1"));
  EXPECT_THAT(folders_for({{"relu+bn", "elu(alpha=0.5)"}, {3}}),
              ElementsAre("elu(alpha=0.5)/seed-3", "relu+bn/seed-3"));
}

TEST(Plan, AFilterThatFindsNothingSaysWhatThereIs) {
  try {
    folders_for({{"rleu"}, {}});
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'relu'"));
  }
  try {
    folders_for({{}, {2}});
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("seed 2 is not in the recipe, which has 3, 1"));
  }
}

TEST(Plan, EachRunIsSpecifiedWhole) {
  Recipe recipe = two_by_two();
  recipe.common.network.name = "elu18";
  const auto run = plan(recipe, train::Precision::bf16, {{"elu(alpha=0.5)+bn"}, {1}}).at(0);
  EXPECT_EQ(run.specification.activation, "elu(alpha=0.5)");
  EXPECT_TRUE(run.specification.batch_norm);
  EXPECT_EQ(run.specification.seed, 1U);
  EXPECT_EQ(run.specification.precision, train::Precision::bf16);
  EXPECT_EQ(run.specification.network.even_padding, network::EvenPadding::same);
  EXPECT_EQ(run.name(), "elu(alpha=0.5)+bn seed 1");
}

TEST(Plan, ShardsShareItAndNoneIsEmpty) {
  const auto whole = plan(two_by_two(), train::Precision::fp32);
  std::vector<std::string> shared;
  for (std::int64_t index = 1; index <= 3; ++index) {
    for (const auto& run : plan(two_by_two(), train::Precision::fp32, {.shard = {index, 3}}))
      shared.push_back(run.name());
  }
  std::vector<std::string> names;
  for (const auto& run : whole) names.push_back(run.name());
  EXPECT_THAT(shared, testing::UnorderedElementsAreArray(names));
  const auto count = static_cast<std::int64_t>(whole.size()) + 1;
  EXPECT_THROW(plan(two_by_two(), train::Precision::fp32, {.shard = {count, count}}), UsageError);
}

TEST(Plan, AShardHoldsWholeSeedsWhereTheyDivide) {
  EXPECT_THAT(folders_for({.shard = {2, 2}}),
              ElementsAre("relu/seed-1", "elu(alpha=0.5)/seed-1", "relu+bn/seed-1", "elu(alpha=0.5)+bn/seed-1"));
}

TEST(Plan, ShardsAreAsLongAsEachOtherButForOneRun) {
  for (std::int64_t count = 1; count <= 8; ++count) {
    for (std::int64_t index = 1; index <= count; ++index) {
      const auto runs = static_cast<std::int64_t>(folders_for({.shard = {index, count}}).size());
      EXPECT_TRUE(runs == 8 / count || runs == 8 / count + 1) << index << "/" << count << " has " << runs;
    }
  }
}

TEST(Plan, AFolderNamesOneRun) {
  const auto found = plan(two_by_two(), train::Precision::fp32, {.folder = "elu(alpha=0.5)+bn/seed-1"});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].name(), "elu(alpha=0.5)+bn seed 1");
}

TEST(Plan, NamesLeaveOutParametersThatAreAllDefaults) {
  EXPECT_EQ(variant_name("elu(alpha=1)", false), "elu");
  EXPECT_EQ(variant_name("elu(alpha=1)", true), "elu+bn");
  EXPECT_EQ(variant_name("elu(alpha=2)", false), "elu(alpha=2)");
  EXPECT_EQ(variant_name("relu", false), "relu");
}

TEST(SpecificationFile, ReadsBackAsTheSame) {
  for (const auto& run : plan(two_by_two(), train::Precision::bf16)) {
    const std::string text = specification_text(run.specification);
    EXPECT_THAT(differences(parse_specification(text, "run.toml"), run.specification), IsEmpty());
  }
}

TEST(SpecificationFile, HasTheNetworkAlsoInOneLine) {
  train::Specification specification = plan(two_by_two(), train::Precision::bf16).at(0).specification;
  specification.network.width = 0.5;
  const toml::table table = parse_toml("network = " + network_text(specification), "text").table;
  EXPECT_EQ(table["network"]["name"].value_or(std::string()), "elu11");
  EXPECT_EQ(table["network"]["width"].value_or(0.0), 0.5);
  EXPECT_TRUE(table["network"]["dropout"].is_array());
  EXPECT_FALSE(table["network"].as_table()->contains("batch_size"));
}

TEST(SpecificationFile, SaysWhatDiffersButForCheckpointEvery) {
  const train::Specification there = plan(two_by_two(), train::Precision::fp32).at(0).specification;
  train::Specification here = there;
  here.checkpoint_every = 7;
  EXPECT_THAT(differences(there, here), IsEmpty());
  here.momentum = 0.5;
  here.network.dropout.enabled = false;
  EXPECT_THAT(differences(there, here),
              ElementsAre(HasSubstr("network.dropout: "), "train.momentum: 0.9 there, 0.5 here"));
}

TEST(SpecificationFile, LeavesSessionsAside) {
  const train::Specification specification = plan(two_by_two(), train::Precision::fp32).at(0).specification;
  const std::string text = specification_text(specification) + "\n[[session]]\nstart = \"now\"\n";
  EXPECT_THAT(differences(parse_specification(text, "run.toml"), specification), IsEmpty());
  EXPECT_THROW(parse_specification(text + "\n[surprise]\nkey = 1\n", "run.toml"), UsageError);
}

}  // namespace
}  // namespace elubench::experiment
