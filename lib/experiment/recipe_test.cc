#include "experiment/recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "experiment/test_file.h"

namespace elubench::experiment {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string message_of(const std::string& text, const std::vector<std::string>& settings = {}) {
  try {
    parse_recipe(text, "experiment.toml", settings);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Recipe, OmittedKeysTakeTheContractsDefaults) {
  const Recipe recipe = parse_recipe("", "experiment.toml");
  EXPECT_EQ(recipe.reference, "");
  EXPECT_EQ(recipe.common.data.set, "cifar-100");
  EXPECT_EQ(recipe.common.data.preprocessing, data::Preprocessing::gcn_zca);
  EXPECT_TRUE(recipe.common.data.augment);
  EXPECT_EQ(recipe.common.data.limit, 0);
  EXPECT_EQ(recipe.common.data.validation, 0);
  EXPECT_EQ(recipe.common.network.name, "elu11");
  EXPECT_EQ(recipe.common.network.width, 1.0);
  EXPECT_EQ(recipe.common.network.initialization, network::Initialization::lecun_normal);
  EXPECT_EQ(recipe.common.network.even_padding, network::EvenPadding::network_default);
  EXPECT_FALSE(recipe.common.network.final_activation);
  EXPECT_EQ(recipe.common.network.dropout, (network::Dropout{true, {}}));
  EXPECT_EQ(recipe.common.batch_size, 100);
  EXPECT_EQ(recipe.common.iterations, 165000);
  EXPECT_EQ(recipe.common.learning_rate,
            (train::Schedule{{0, 0.01}, {35000, 0.005}, {85000, 0.0005}, {135000, 0.00005}}));
  EXPECT_EQ(recipe.common.momentum, 0.9);
  EXPECT_EQ(recipe.common.weight_decay, 0.0005);
  EXPECT_EQ(recipe.precision, PrecisionChoice::fp32);
  EXPECT_EQ(recipe.common.test_every, 500);
  EXPECT_EQ(recipe.common.log_every, 100);
  EXPECT_EQ(recipe.common.checkpoint_every, 1000);
  EXPECT_THAT(recipe.compare.activations,
              ElementsAre("relu", "leaky_relu(slope=0.1)", "shifted_relu", "elu(alpha=1)"));
  EXPECT_THAT(recipe.compare.batch_norm, ElementsAre(false));
  EXPECT_THAT(recipe.compare.seeds, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  EXPECT_EQ(recipe.compare.baseline, "relu");
}

TEST(Recipe, ReadsEveryKey) {
  const Recipe recipe = parse_recipe(R"toml(
    title = "a title"
    reference = "clevert2015-fig4"
    [data]
    set = "cifar-10"
    preprocessing = "standardize"
    augment = false
    limit = 20
    validation = 30
    [network]
    name = "elu18"
    width = 2
    init = "he_normal"
    even_padding = "both"
    final_activation = true
    dropout = [[0, [0, 0, 0, 0, 0, 0, 0, 0]], [7, [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0]]]
    dropout_place = "before_pool"
    [train]
    batch_size = 3
    iterations = 0
    learning_rate = [[0, 1], [5, 0.5]]
    momentum = 0
    weight_decay = 1e-4
    precision = "auto"
    test_every = 4
    log_every = 5
    checkpoint_every = 6
    [compare]
    activations = ["elu", "elu( alpha = 2 )"]
    batch_norm = [true, false]
    seeds = [7, 3]
    baseline = "elu(alpha=1.0)"
  )toml",
                                     "experiment.toml");
  EXPECT_EQ(recipe.title, "a title");
  EXPECT_EQ(recipe.reference, "clevert2015-fig4");
  EXPECT_EQ(recipe.common.data.set, "cifar-10");
  EXPECT_EQ(recipe.common.data.preprocessing, data::Preprocessing::standardize);
  EXPECT_FALSE(recipe.common.data.augment);
  EXPECT_EQ(recipe.common.data.limit, 20);
  EXPECT_EQ(recipe.common.data.validation, 30);
  EXPECT_EQ(recipe.common.network.name, "elu18");
  EXPECT_EQ(recipe.common.network.width, 2.0);
  EXPECT_EQ(recipe.common.network.initialization, network::Initialization::he_normal);
  EXPECT_EQ(recipe.common.network.even_padding, network::EvenPadding::both);
  EXPECT_TRUE(recipe.common.network.final_activation);
  EXPECT_EQ(recipe.common.network.dropout,
            (network::Dropout{true, {{0, {0, 0, 0, 0, 0, 0, 0, 0}}, {7, {0, .1, .2, .3, .4, .5, .6, 0}}}}));
  EXPECT_EQ(recipe.common.network.dropout_place, network::DropoutPlace::before_pool);
  EXPECT_EQ(recipe.common.batch_size, 3);
  EXPECT_EQ(recipe.common.iterations, 0);
  EXPECT_EQ(recipe.common.learning_rate, (train::Schedule{{0, 1}, {5, 0.5}}));
  EXPECT_EQ(recipe.common.momentum, 0);
  EXPECT_EQ(recipe.common.weight_decay, 1e-4);
  EXPECT_EQ(recipe.precision, PrecisionChoice::automatic);
  EXPECT_EQ(recipe.common.test_every, 4);
  EXPECT_EQ(recipe.common.log_every, 5);
  EXPECT_EQ(recipe.common.checkpoint_every, 6);
  EXPECT_THAT(recipe.compare.activations, ElementsAre("elu(alpha=1)", "elu(alpha=2)"));
  EXPECT_THAT(recipe.compare.batch_norm, ElementsAre(true, false));
  EXPECT_THAT(recipe.compare.seeds, ElementsAre(7, 3));
  EXPECT_EQ(recipe.compare.baseline, "elu(alpha=1)");
}

TEST(Recipe, WrittenTextReadsBackAsTheSameRecipe) {
  Recipe recipe = parse_recipe(R"toml(
    title = "quoted \"title\" \\ and a tab\t"
    network.dropout = [[0, [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0]]]
    train.learning_rate = [[0, 0.1], [10, 1e-7]]
    train.weight_decay = 0.1
    compare.activations = ["relu", "elu(alpha=0.3)"]
  )toml",
                               "experiment.toml");
  const std::string text = recipe_text(recipe);
  const Recipe again = parse_recipe(text, "again");
  EXPECT_EQ(recipe_text(again), text);
  EXPECT_EQ(again.title, recipe.title);
  EXPECT_EQ(again.common.network.dropout, recipe.common.network.dropout);
  EXPECT_EQ(again.common.learning_rate, recipe.common.learning_rate);
  EXPECT_EQ(again.compare.activations, recipe.compare.activations);
}

TEST(Recipe, SettingsWinOverTheFileAndLaterOverEarlier) {
  const std::string text = "[train]\niterations = 10\nbatch_size = 20\n";
  const Recipe recipe =
      parse_recipe(text, "experiment.toml",
                   {"train.iterations=30", "train.iterations=40", "network.name=elu18", "network.width=0.5",
                    "compare.activations=[\"elu(alpha=2)\", 'relu']", "compare.baseline=elu(alpha=2)",
                    "title=two words", "network.dropout=false"});
  EXPECT_EQ(recipe.common.iterations, 40);
  EXPECT_EQ(recipe.common.batch_size, 20);
  EXPECT_EQ(recipe.common.network.name, "elu18");
  EXPECT_EQ(recipe.common.network.width, 0.5);
  EXPECT_THAT(recipe.compare.activations, ElementsAre("elu(alpha=2)", "relu"));
  EXPECT_EQ(recipe.compare.baseline, "elu(alpha=2)");
  EXPECT_EQ(recipe.title, "two words");
  EXPECT_FALSE(recipe.common.network.dropout.enabled);
}

TEST(Recipe, AWrongSettingIsNamedAsSuch) {
  EXPECT_EQ(message_of("", {"train.batch_sise=3"}),
            "--set train.batch_sise=3: key 'train.batch_sise' is unknown; did you mean 'train.batch_size'?");
  EXPECT_THAT(message_of("", {"train.iterations=-1"}),
              StartsWith("--set train.iterations=-1: key 'train.iterations'"));
  EXPECT_THAT(message_of("", {"train.iterations"}), HasSubstr("section.key=value"));
  EXPECT_THAT(message_of("", {"=3"}), HasSubstr("section.key=value"));
  EXPECT_THAT(message_of("", {"train.iterations="}), HasSubstr("the value must be"));
  EXPECT_THAT(message_of("", {"compare.seeds=[1, 2"}), HasSubstr("not valid TOML"));
  EXPECT_THAT(message_of("", {"title=a\n[train]"}), HasSubstr("one line"));
  EXPECT_THAT(message_of("", {"title=it's"}), HasSubstr("not valid TOML"));
}

// What a recipe may get wrong, and what the message must say. Line 2 holds the fault.
struct Wrong {
  std::string name;
  std::string line;
  std::vector<std::string> says;
};

class WrongRecipe : public testing::TestWithParam<Wrong> {};

TEST_P(WrongRecipe, IsRefusedInOneLineThatNamesTheCulprit) {
  const std::string message = message_of("title = \"x\"\n" + GetParam().line + "\n");
  EXPECT_THAT(message, StartsWith("experiment.toml:2: "));
  EXPECT_THAT(message, Not(HasSubstr("\n")));
  for (const auto& words : GetParam().says) EXPECT_THAT(message, HasSubstr(words));
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongRecipe,
    testing::Values(
        Wrong{"UnknownKey",
              "train.batch_sise = 3",
              {"key 'train.batch_sise' is unknown; did you mean 'train.batch_size'?"}},
        Wrong{
            "UnknownSection", "trian.batch_size = 3", {"'trian.batch_size'", "did you mean 'train.batch_size'?"}},
        Wrong{"EmptyUnknownSection", "[model]", {"'model'"}},
        Wrong{"UnknownTopLevelKey", "titel = \"x\"", {"'titel'", "did you mean 'title'?"}},
        Wrong{"FarFromAnyKey",
              "train.zzzzzzzzzzzz = 1",
              {"'train.zzzzzzzzzzzz'", "train.batch_size", "train.momentum"}},
        Wrong{"SectionAsKey", "train = 3", {"'train' is a section"}},
        Wrong{"WrongType", "train.batch_size = \"many\"", {"train.batch_size", "must be an integer, not text"}},
        Wrong{"FractionForInteger", "train.iterations = 1.5", {"train.iterations", "must be an integer"}},
        Wrong{"TextForFlag", "data.augment = \"yes\"", {"data.augment", "must be true or false, not text"}},
        Wrong{"NegativeIterations", "train.iterations = -1", {"train.iterations", "-1", "0 or more"}},
        Wrong{"NegativeLimit", "data.limit = -5", {"data.limit", "-5"}},
        Wrong{"EmptyBatch", "train.batch_size = 0", {"train.batch_size", "1 or more"}},
        Wrong{"NegativeBatch", "train.batch_size = -100", {"train.batch_size", "-100"}},
        Wrong{"ZeroWidth", "network.width = 0", {"network.width", "more than 0"}},
        Wrong{"InfiniteWidth", "network.width = inf", {"network.width"}},
        Wrong{"NotANumber", "train.weight_decay = nan", {"train.weight_decay"}},
        Wrong{"MomentumOfOne", "train.momentum = 1.0", {"train.momentum", "less than 1"}},
        Wrong{"NeverTested", "train.test_every = 0", {"train.test_every", "1 or more"}},
        Wrong{"RatesNotAscending",
              "train.learning_rate = [[0, 0.1], [5, 0.2], [5, 0.1]]",
              {"train.learning_rate", "not ascending", "5 comes after 5"}},
        Wrong{"RatesFromLater", "train.learning_rate = [[10, 0.1]]", {"train.learning_rate", "must begin at 0"}},
        Wrong{"NoRates", "train.learning_rate = []", {"train.learning_rate", "is empty"}},
        Wrong{"RateAlone", "train.learning_rate = 0.1", {"train.learning_rate", "a list such as"}},
        Wrong{"RatesFlat", "train.learning_rate = [0, 0.1]", {"train.learning_rate", "list of pairs"}},
        Wrong{"NegativeRate", "train.learning_rate = [[0, -0.1]]", {"train.learning_rate", "-0.1"}},
        Wrong{
            "DropoutOfOne", "network.dropout = [[0, [0, 0, 0, 0, 0, 0, 1]]]", {"network.dropout", "less than 1"}},
        Wrong{"DropoutForTooFewStacks", "network.dropout = [[0, [0.1, 0.2]]]", {"dropout"}},
        Wrong{"DropoutNotAscending", "network.dropout = [[0, [0]], [0, [0]]]", {"network.dropout", "ascending"}},
        Wrong{"UnknownPrecision",
              "train.precision = \"fp16\"",
              {"train.precision", "'fp16'", "did you mean 'fp32'"}},
        Wrong{"UnknownPreprocessing", "data.preprocessing = \"gcn_zca\"", {"data.preprocessing", "'gcn-zca'"}},
        Wrong{"UnknownSet", "data.set = \"cifar-1000\"", {"data.set", "cifar-1000", "cifar-100"}},
        Wrong{"UnknownNetwork", "network.name = \"elu12\"", {"network.name", "elu12", "elu11"}},
        Wrong{"UnknownActivation",
              "compare.activations = [\"relu\", \"ellu\"]",
              {"compare.activations", "'ellu'", "did you mean 'elu'?"}},
        Wrong{"ParameterOutOfRange",
              "compare.activations = [\"relu\", \"elu(alpha=-1)\"]",
              {"compare.activations", "alpha = -1", "out of range"}},
        Wrong{"NoActivations", "compare.activations = []", {"compare.activations", "is empty"}},
        Wrong{"ActivationSpeltTwoWays",
              "compare.activations = [\"relu\", \"elu\", \"elu(alpha=1.0)\"]",
              {"compare.activations", "'elu'", "'elu(alpha=1.0)'", "the same"}},
        Wrong{"NoSeeds", "compare.seeds = []", {"compare.seeds", "is empty"}},
        Wrong{"SeedTwice", "compare.seeds = [1, 2, 1]", {"compare.seeds", "1 twice"}},
        Wrong{"NegativeSeed", "compare.seeds = [-1]", {"compare.seeds", "-1"}},
        Wrong{"NoBatchNorm", "compare.batch_norm = []", {"compare.batch_norm", "is empty"}},
        Wrong{"BatchNormTwice", "compare.batch_norm = [true, true]", {"compare.batch_norm", "twice"}},
        Wrong{"BaselineNotCompared", "compare.baseline = \"tanh\"", {"compare.baseline", "'tanh'", "relu"}},
        Wrong{"NothingLeftToTrainOn", "data.validation = 50000", {"data.validation", "50000"}},
        Wrong{"MoreThanThereIs", "data.limit = 50001", {"data.limit", "50001", "50000"}},
        Wrong{"NotToml", "train.batch_size = = 3", {"not valid TOML"}},
        Wrong{"KeyTwice", "title = \"y\"", {"not valid TOML"}}),
    [](const auto& entry) { return entry.param.name; });

TEST(Recipe, AMissingFileSaysWhatToGive) { EXPECT_THROW(load_recipe("/nowhere/experiment.toml"), UsageError); }

// Recipes in folders of their own, side by side.
class ExtendedRecipe : public testing::Test {
 protected:
  void put(const std::string& name, const std::string& text) const {
    put_text(folder.path() / name / "experiment.toml", text);
  }
  Recipe load(const std::string& name, const std::vector<std::string>& settings = {}) const {
    return load_recipe(folder.path() / name / "experiment.toml", settings);
  }
  std::string load_message(const std::string& name, const std::vector<std::string>& settings = {}) const {
    try {
      load(name, settings);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "no error";
  }

  const TemporaryFolder folder;
};

TEST_F(ExtendedRecipe, GivesWhatTheFileDoesNotSay) {
  put("first", "title = 'first'\n[train]\niterations = 5\nlearning_rate = [[0, 0.1], [3, 0.01]]\n");
  put("second", "extends = '../first'\ntitle = 'second'\n[train]\nlearning_rate = [[0, 0.5]]\nmomentum = 0.8\n");
  put("third", "extends = '../second/experiment.toml'\n[train]\nmomentum = 0.7\n[compare]\nseeds = [4]\n");
  const Recipe third = load("third", {"train.batch_size=7"});
  EXPECT_EQ(third.title, "second");
  EXPECT_EQ(third.common.iterations, 5);
  EXPECT_EQ(third.common.learning_rate, (train::Schedule{{0, 0.5}}));  // a key as a whole
  EXPECT_EQ(third.common.momentum, 0.7);
  EXPECT_EQ(third.common.batch_size, 7);
  EXPECT_THAT(third.compare.seeds, ElementsAre(4));
  EXPECT_THAT(recipe_text(third), Not(HasSubstr("extends")));  // it stands for itself
}

// As in a container, where a run of the recipe has made a folder of its name, without a recipe.
TEST_F(ExtendedRecipe, MayBeOneThatComesWithTheProgram) {
  put("shipped/first", "title = 'shipped'\n");
  ::setenv("ELUBENCH_RECIPES", (folder.path() / "shipped").c_str(), 1);
  std::filesystem::create_directories(folder.path() / "first" / "runs");
  for (const char* name : {"../first", "../first/", "../first/experiment.toml", "first"}) {
    put("second", "extends = '" + std::string(name) + "'\n");
    EXPECT_EQ(load("second").title, "shipped") << name;
  }
  put("first", "title = 'beside'\n");
  put("second", "extends = '../first'\n");
  EXPECT_EQ(load("second").title, "beside");
  ::unsetenv("ELUBENCH_RECIPES");
}

TEST_F(ExtendedRecipe, ErrorsNameTheFileAtFault) {
  put("first", "[train]\n\niterations = -5\n");
  put("second", "extends = '../first'\n");
  EXPECT_THAT(load_message("second"), HasSubstr("first/experiment.toml:3: key 'train.iterations' is -5"));
  put("nowhere", "\nextends = '../no such'\n");
  EXPECT_THAT(load_message("nowhere"),
              HasSubstr("nowhere/experiment.toml:2: key 'extends' names '../no such', but there is no recipe"));
  put("circle", "extends = '../square'\n");
  put("square", "extends = '../circle'\n");
  EXPECT_THAT(load_message("circle"),
              HasSubstr("square/experiment.toml:1: key 'extends' names '../circle', which"));
  put("itself", "extends = '.'\n");
  EXPECT_THAT(load_message("itself"), HasSubstr("itself/experiment.toml:1"));
  put("number", "extends = 3\n");
  EXPECT_THAT(load_message("number"), HasSubstr("must be the folder of another recipe"));
  put("misspelt", "extend = '../first'\n");
  EXPECT_THAT(load_message("misspelt"), HasSubstr("did you mean 'extends'?"));
  put("plain", "");
  EXPECT_THAT(load_message("plain", {"extends=../first"}),
              HasSubstr("--set extends=../first: key 'extends' is for"));
}

}  // namespace
}  // namespace elubench::experiment
