#include "experiment/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <map>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/parallel.h"
#include "base/temporary_folder.h"
#include "experiment/dry_run.h"
#include "experiment/metrics_file.h"
#include "experiment/results_table.h"
#include "experiment/run_files.h"
#include "experiment/run_folder.h"
#include "experiment/saved_run.h"
#include "experiment/specification_file.h"
#include "experiment/test_file.h"

namespace elubench::experiment {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* small_recipe = R"toml(
[data]
set = "synthetic(classes=3, train_images=60, test_images=20)"
preprocessing = "standardize"
[network]
width = 0.05
[train]
batch_size = 10
iterations = 6
learning_rate = [[0, 0.01]]
test_every = 3
log_every = 2
checkpoint_every = 2
[compare]
activations = ["relu", "elu"]
seeds = [1]
)toml";

class RunnerTest : public testing::Test {
 protected:
  RunnerTest() {
    set_verbosity(Verbosity::quiet);
    set_thread_count(1);  // the work of a test is too small to share
    put_text(folder.path() / "experiment.toml", small_recipe);
    request.experiment = folder.path();
    request.device = "cpu";
  }

  std::filesystem::path run_path(const std::string& name) const { return folder.path() / "runs" / name; }
  std::string status(const std::string& name) const { return read_text(run_path(name) / "status"); }

  // metrics.csv without what depends on the clock.
  static std::string clockless(const std::filesystem::path& run) {
    std::string text;
    for (const auto& row : read_metrics(run / "metrics.csv").rows) {
      if (row.name == "seconds" || row.name == "images_per_second") continue;
      text += std::to_string(row.iteration) + " " + row.split + " " + row.name + " " + std::to_string(row.value) +
              "\n";
    }
    return text;
  }

  TemporaryFolder folder;
  Request request;
};

TEST_F(RunnerTest, TrainsAllRunsAndThenHasNothingToDo) {
  const Experiment experiment = open_experiment(request);
  EXPECT_TRUE(run_all(experiment));
  EXPECT_EQ(status("relu/seed-1"), "done\n");
  EXPECT_EQ(status("elu/seed-1"), "done\n");
  const std::string before = read_text(run_path("elu/seed-1") / "run.toml");
  EXPECT_TRUE(run_all(experiment));
  EXPECT_EQ(read_text(run_path("elu/seed-1") / "run.toml"), before);
}

// Two processes that begin the same experiment on devices of different kinds.
TEST_F(RunnerTest, TakesThePrecisionThatAnotherProcessWasFirstToRecord) {
  request.settings.emplace_back("train.precision=auto");
  Experiment first = open_experiment(request), second = open_experiment(request);
  for (auto& run : first.runs) run.specification.precision = train::Precision::bf16;
  for (auto& run : second.runs) run.specification.precision = train::Precision::fp32;
  prepare_folder(first);
  EXPECT_TRUE(run_all(second));
  EXPECT_THAT(read_text(run_path("elu/seed-1") / "run.toml"), HasSubstr("precision = \"bf16\""));
}

TEST_F(RunnerTest, WritesTheRowsOfTheContract) {
  request.filter.only = {"elu"};
  run_all(open_experiment(request));
  std::map<std::string, int> counts;
  for (const auto& row : read_metrics(run_path("elu/seed-1") / "metrics.csv").rows)
    ++counts[row.split + " " + row.name];
  EXPECT_EQ(counts["train loss"], 3);
  EXPECT_EQ(counts["train error"], 3);
  EXPECT_EQ(counts["train learning_rate"], 3);
  EXPECT_EQ(counts["train images_per_second"], 3);
  EXPECT_EQ(counts["train seconds"], 3);
  EXPECT_EQ(counts["test loss"], 2);
  EXPECT_EQ(counts["test error"], 2);
  EXPECT_EQ(counts["probe activation_mean/conv3"], 2);
  EXPECT_EQ(counts["probe gradient_norm/conv1"], 2);
}

TEST_F(RunnerTest, ADoneRunWithTornMetricsIsMadeWhole) {
  const Experiment experiment = open_experiment(request);
  run_all(experiment);
  const auto metrics = run_path("elu/seed-1") / "metrics.csv";
  const std::string before = clockless(run_path("elu/seed-1"));
  std::filesystem::resize_file(metrics, std::filesystem::file_size(metrics) - 5);
  EXPECT_TRUE(run_all(experiment));
  EXPECT_EQ(clockless(run_path("elu/seed-1")), before);
  EXPECT_EQ(status("elu/seed-1"), "done\n");
}

TEST_F(RunnerTest, ASignalBeforeTheFirstRunBeginsNone) {
  request.filter.only = {"elu"};
  const Experiment experiment = open_experiment(request);
  {
    const InterruptGuard guard;
    std::raise(SIGTERM);
    EXPECT_THROW(run_all(experiment), Interrupted);
  }
  EXPECT_FALSE(std::filesystem::exists(run_path("elu/seed-1")));
  EXPECT_TRUE(run_all(experiment));
  EXPECT_EQ(status("elu/seed-1"), "done\n");
}

TEST_F(RunnerTest, DivergenceEndsItsRunAndTheOthersGoOn) {
  request.settings = {"train.learning_rate=[[0, 1e30]]", "train.momentum=0"};
  const Experiment experiment = open_experiment(request);
  EXPECT_FALSE(run_all(experiment));
  EXPECT_THAT(status("relu/seed-1"), StartsWith("diverged at iteration "));
  EXPECT_THAT(status("elu/seed-1"), StartsWith("diverged at iteration "));
  const std::string before = read_text(run_path("elu/seed-1") / "run.toml");
  EXPECT_FALSE(run_all(experiment));
  EXPECT_EQ(read_text(run_path("elu/seed-1") / "run.toml"), before);
  EXPECT_THAT(results_table(experiment), HasSubstr("diverged at iteration"));
}

TEST_F(RunnerTest, ARunThatFailsLeavesTheOthersToGoOn) {
  const Experiment experiment = open_experiment(request);
  std::filesystem::create_directories(run_path("relu/seed-1") / "checkpoint-000000002.safetensors" / "full");
  EXPECT_FALSE(run_all(experiment));
  EXPECT_THAT(status("relu/seed-1"), StartsWith("failed: "));
  EXPECT_EQ(status("elu/seed-1"), "done\n");
}

TEST_F(RunnerTest, ARunWhoseFolderCannotBeMadeLeavesTheOthersToGoOn) {
  const Experiment experiment = open_experiment(request);
  put_text(run_path("relu"), "a file where the folder should be");
  EXPECT_FALSE(run_all(experiment));
  EXPECT_EQ(status("elu/seed-1"), "done\n");
}

TEST_F(RunnerTest, ALockedRunIsLeftToItsHolder) {
  const Experiment experiment = open_experiment(request);
  const RunFolder holder(run_path("relu/seed-1"), experiment.runs[0].specification);
  EXPECT_FALSE(run_all(experiment));
  EXPECT_FALSE(std::filesystem::exists(run_path("relu/seed-1") / "status"));
  EXPECT_EQ(status("elu/seed-1"), "done\n");
}

TEST_F(RunnerTest, ZeroIterationsTestTheInitialWeights) {
  request.settings = {"train.iterations=0"};
  const Experiment experiment = open_experiment(request);
  EXPECT_TRUE(run_all(experiment));
  const auto rows = read_metrics(run_path("elu/seed-1") / "metrics.csv").rows;
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows.front().iteration, 0);
  EXPECT_TRUE(read_run(experiment, experiment.runs[1]).is_finished());
}

TEST_F(RunnerTest, EverythingIsCheckedBeforeAnythingIsTrained) {
  run_all(open_experiment(request));
  std::filesystem::remove_all(run_path("relu/seed-1"));
  request.settings = {"train.momentum=0.5"};  // the elu run was made with 0.9
  EXPECT_THROW(open_experiment(request), UsageError);
  EXPECT_FALSE(std::filesystem::exists(run_path("relu/seed-1")));
}

TEST_F(RunnerTest, MoreSeedsLeaveTheRunsThatAreThere) {
  run_all(open_experiment(request));
  const std::string before = read_text(run_path("elu/seed-1") / "run.toml");
  request.settings = {"compare.seeds=[1, 2]"};
  EXPECT_TRUE(run_all(open_experiment(request)));
  EXPECT_EQ(status("elu/seed-2"), "done\n");
  EXPECT_EQ(read_text(run_path("elu/seed-1") / "run.toml"), before);
}

TEST_F(RunnerTest, OutGetsTheRecipeWithItsSettings) {
  request.out = folder.path() / "elsewhere";
  request.settings = {"train.iterations=1"};
  run_all(open_experiment(request));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "runs"));
  Request again;
  again.experiment = request.out;
  const Experiment copy = open_experiment(again);
  EXPECT_EQ(copy.recipe.common.iterations, 1);
  EXPECT_EQ(copy.recipe.title, "(changed: train.iterations=1)");
  EXPECT_TRUE(read_run(copy, copy.runs[0]).is_finished());
}

// A path in the recipe starts at its folder, and a name is a name.
TEST_F(RunnerTest, OutKeepsWhatTheRecipeRefersTo) {
  request.out = folder.path() / "deep" / "elsewhere";
  for (const auto& [reference, there] :
       std::map<std::string, std::string>{{"../other", "../../../other"},
                                          {"./deep", "./.."},
                                          {"deep/elsewhere/inside", "./inside"},
                                          {"/some/where", "/some/where"},
                                          {"clevert2015-fig4", "clevert2015-fig4"}}) {
    request.settings = {"reference=" + reference};
    EXPECT_EQ(open_experiment(request).recipe.reference, there);
  }
}

TEST_F(RunnerTest, ARecipeOfAnotherNameTakesAFolderOfItsOwn) {
  std::filesystem::rename(folder.path() / "experiment.toml", folder.path() / "mine.toml");
  request.experiment = folder.path() / "mine.toml";
  EXPECT_THROW(open_experiment(request), UsageError);
  EXPECT_THROW(look_at_experiment(request.experiment), UsageError);
  request.out = folder.path();
  run_all(open_experiment(request));
  EXPECT_EQ(look_at_experiment(folder.path()).runs.size(), 2u);
}

TEST_F(RunnerTest, OutGathersActivationsAndSeedsAndRefusesAnotherRecipe) {
  request.out = folder.path() / "elsewhere";
  request.settings = {"compare.activations=['relu']"};
  run_all(open_experiment(request));
  request.settings = {"compare.activations=['elu']", "compare.seeds=[2]", "compare.baseline=elu"};
  run_all(open_experiment(request));
  const std::string gathered = read_text(request.out / "experiment.toml");
  Request again;
  again.experiment = request.out;
  EXPECT_EQ(open_experiment(again).runs.size(), 4u);
  EXPECT_EQ(open_experiment(again).recipe.compare.baseline, "relu");
  request.settings = {"train.momentum=0.5", "compare.seeds=[3]"};
  try {
    open_experiment(request);
    FAIL() << "another recipe's folder was accepted";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("train.momentum: 0.9 there, 0.5 here"));
  }
  EXPECT_EQ(read_text(request.out / "experiment.toml"), gathered);
}

// A recipe that was edited between two halves of an experiment.
TEST_F(RunnerTest, AnotherRecipeDoesNotTrainTheRunsThatAreLeft) {
  request.filter.only = {"elu"};
  run_all(open_experiment(request));
  request.filter.only = {"relu"};
  EXPECT_NO_THROW(open_experiment(request));
  request.settings = {"train.momentum=0.5"};
  EXPECT_THROW(open_experiment(request), UsageError);
}

// Where another computer's results are just being copied into the folder, or one of them is damaged.
TEST_F(RunnerTest, ARunThatWasNotAskedForMayBeHalfCopied) {
  run_all(open_experiment(request));
  request.filter.only = {"relu"};
  put_text(run_path("elu/seed-1") / "run.toml", "[data");
  EXPECT_NO_THROW(open_experiment(request));
  std::filesystem::remove(run_path("elu/seed-1") / "run.toml");
  EXPECT_NO_THROW(open_experiment(request));
  request.filter.only = {"elu"};
  EXPECT_THROW(open_experiment(request), UsageError);
}

TEST_F(RunnerTest, OutThatIsTheExperimentLeavesItsRecipeAsItIs) {
  request.out = folder.path();
  request.settings = {"train.iterations=1"};
  run_all(open_experiment(request));
  EXPECT_EQ(read_text(folder.path() / "experiment.toml"), small_recipe);
}

TEST_F(RunnerTest, FinishedResultsWithoutCheckpointsAreNotTrainedAgain) {
  const Experiment experiment = open_experiment(request);
  run_all(experiment);
  const auto run = run_path("elu/seed-1");
  for (const char* name : {"checkpoint-000000004.safetensors", "checkpoint-000000006.safetensors"}) {
    ASSERT_TRUE(std::filesystem::remove(run / name));
  }
  std::string metrics = read_text(run / "metrics.csv");
  metrics.resize(metrics.size() - 5);
  put_text(run / "metrics.csv", metrics);
  EXPECT_FALSE(run_all(experiment));
  EXPECT_EQ(read_text(run / "metrics.csv"), metrics);
  EXPECT_EQ(status("elu/seed-1"), "done\n");
  EXPECT_THAT(results_table(experiment),
              HasSubstr("elu         0/1      -  (seed 1 done, but its metrics.csv is damaged)"));
  const std::string plan = dry_run_text(experiment);
  EXPECT_THAT(plan, HasSubstr("damaged, and there is no checkpoint to mend it from\n"));
  EXPECT_THAT(plan, HasSubstr("time: none"));
}

// What it holds may be all there: nothing is to take its place.
TEST_F(RunnerTest, ARunThatCannotBeReadIsLeftAsItIsAndTheOthersGoOn) {
  const Experiment experiment = open_experiment(request);
  const std::filesystem::path run = run_path("relu/seed-1");
  for (const std::string name : {"status", "metrics.csv"}) {
    std::filesystem::remove_all(run);
    put_text(run / "run.toml", specification_text(experiment.runs[0].specification));
    put_text(run / "status", "done\n");
    std::filesystem::remove(run / name);
    std::filesystem::create_directories(run / name);  // beyond reading for the superuser, too
    const std::string before = read_text(run / "run.toml");
    EXPECT_FALSE(run_all(experiment));
    EXPECT_EQ(status("elu/seed-1"), "done\n");
    EXPECT_EQ(read_text(run / "run.toml"), before) << name;
    EXPECT_THAT(dry_run_text(experiment), HasSubstr("relu/seed-1: cannot read")) << name;
    EXPECT_THAT(results_table(experiment), HasSubstr("cannot read")) << name;
  }
}

TEST_F(RunnerTest, DryRunSaysTheCostAndWritesNothing) {
  const std::string text = dry_run_text(open_experiment(request));
  EXPECT_THAT(text, HasSubstr("elu/seed-1: to do"));
  EXPECT_THAT(
      text,
      HasSubstr("comparisons: 1 of final test errors with relu, of 1 seed: TOO FEW to decide any; from 6 on"));
  EXPECT_THAT(text, HasSubstr("parameters"));
  EXPECT_THAT(text, HasSubstr("from some steps of relu measured just now: rough"));
  EXPECT_THAT(text, HasSubstr("disk: "));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "runs"));
}

TEST_F(RunnerTest, DryRunDoesNotCountWhatAnotherProcessIsAtWorkOn) {
  request.filter.only = {"elu"};
  const Experiment experiment = open_experiment(request);
  const RunFolder held(run_path("elu/seed-1"), experiment.runs.front().specification);
  const std::string text = dry_run_text(experiment);
  EXPECT_THAT(text, HasSubstr("elu/seed-1: being worked on by process "));
  EXPECT_THAT(text, HasSubstr("time: none"));
}

TEST_F(RunnerTest, DryRunTellsTheTimeFromWhatWasMeasured) {
  request.filter.only = {"elu"};
  run_all(open_experiment(request));
  EXPECT_THAT(dry_run_text(open_experiment(request)), HasSubstr("time: none"));
  request.filter.only = {};
  const std::string text = dry_run_text(open_experiment(request));
  EXPECT_THAT(text, HasSubstr("elu/seed-1: done, nothing to do"));
  EXPECT_THAT(text, HasSubstr("relu/seed-1: to do"));
  EXPECT_THAT(text, HasSubstr("what its runs on such a device have measured"));
}

// A run that came from a GPU says nothing of the processor that is asked.
TEST_F(RunnerTest, DryRunMeasuresWhereRunsWereOnAnotherDevice) {
  request.filter.only = {"elu"};
  run_all(open_experiment(request));
  const auto path = run_path("elu/seed-1") / "run.toml";
  std::string text = read_text(path);
  const auto device = text.find("device_name = ");
  ASSERT_NE(device, std::string::npos);
  text.replace(device, text.find('\n', device) - device, "device_name = \"another\"");
  put_text(path, text);
  request.filter.only = {};
  EXPECT_THAT(dry_run_text(open_experiment(request)), HasSubstr("measured just now"));
}

TEST_F(RunnerTest, ASavedRunGivesItsLastTestAgain) {
  request.filter.only = {"elu"};
  const Experiment experiment = open_experiment(request);
  run_all(experiment);
  const auto path = run_path("elu/seed-1");
  const TestResult result = evaluate_run(path, experiment.locations, experiment.device);
  const MetricRows metrics = read_metrics(path / "metrics.csv");
  EXPECT_EQ(result.iteration, 6);
  EXPECT_EQ(result.loss, last_value(metrics, "test", "loss"));
  EXPECT_EQ(result.error, last_value(metrics, "test", "error"));
  export_run(path, folder.path() / "weights.safetensors");
  EXPECT_GT(std::filesystem::file_size(folder.path() / "weights.safetensors"), 0U);
}

TEST_F(RunnerTest, ResultsTableCountsWhatIsDone) {
  request.settings = {"compare.seeds=[1, 2]"};
  request.filter.only = {"elu"};
  run_all(open_experiment(request));
  request.filter.only = {};
  const std::string text = results_table(open_experiment(request));
  EXPECT_THAT(text, HasSubstr("elu         2/2"));
  EXPECT_THAT(text, HasSubstr("+-"));
  EXPECT_THAT(text, HasSubstr("relu        0/2"));
  EXPECT_THAT(text, HasSubstr("seed 1 not begun"));
  EXPECT_THAT(text, HasSubstr("synthetic images, not CIFAR"));
}

TEST_F(RunnerTest, AnUnknownDeviceSaysWhatThereIs) {
  request.device = "cuda:9";
  try {
    open_experiment(request);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("'cuda:9'"));
    EXPECT_THAT(error.what(), HasSubstr("cpu ("));
  }
}

}  // namespace
}  // namespace elubench::experiment
