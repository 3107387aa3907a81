#include "experiment/run_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temporary_folder.h"
#include "experiment/specification_file.h"
#include "experiment/test_file.h"

namespace elubench::experiment {
namespace {

class RunFilesTest : public testing::Test {
 protected:
  RunFilesTest() {
    put_text(folder.path() / "experiment.toml",
             "[data]\nset = 'synthetic()'\n[train]\niterations = 20\n[compare]\nactivations = ['elu']\nseeds = "
             "[1]\nbaseline = 'elu'\n");
  }

  RunFiles look() const {
    const Experiment experiment = look_at_experiment(folder.path());
    return read_run(experiment, experiment.runs.front());
  }
  RunFiles look_with(const std::string& rows, const std::string& status = "done") const {
    put_text(run / "status", status + "\n");
    put_text(run / "metrics.csv", "iteration,epoch,split,metric,value\n" + rows);
    return look();
  }

  const TemporaryFolder folder;
  const std::filesystem::path run = folder.path() / "runs/elu/seed-1";
  const std::string all = "20,1,test,error,90\n20,1,probe,gradient_norm/conv11,1\n";
};

TEST_F(RunFilesTest, NothingIsThereBeforeItBegins) {
  const RunFiles files = look();
  EXPECT_EQ(files.text(), "not begun");
  EXPECT_FALSE(files.is_finished());
  EXPECT_TRUE(files.metrics.rows.empty());
}

TEST_F(RunFilesTest, DoneNeedsTheLastRowOfTheLastTest) {
  EXPECT_TRUE(look_with(all).is_done);
  for (const std::string rows :
       {"", "20,1,train,error,90\n10,1,test,error,90\n", "20,1,test,error,90\n20,1,probe,gradient_norm/conv1,1\n",
        "20,1,test,error,90\n20,1,probe,gra"}) {
    const RunFiles files = look_with(rows);
    EXPECT_TRUE(files.is_damaged()) << rows;
    EXPECT_FALSE(files.is_finished()) << rows;
    EXPECT_EQ(files.text(), "done, but its metrics.csv is damaged");
  }
  EXPECT_FALSE(look_with(all, "running").is_finished());
}

TEST_F(RunFilesTest, WhatDivergedIsFinishedWhateverItsMetrics) {
  const RunFiles files = look_with("", "diverged at iteration 7");
  EXPECT_TRUE(files.is_finished());
  EXPECT_FALSE(files.is_done);
  EXPECT_EQ(files.text(), "diverged at iteration 7");
}

TEST_F(RunFilesTest, WhatCannotBeReadIsNeitherDoneNorDamaged) {
  put_text(run / "status", "done\n");
  std::filesystem::create_directories(run / "metrics.csv");
  const RunFiles files = look();
  EXPECT_FALSE(files.is_finished());
  EXPECT_FALSE(files.is_damaged());
  EXPECT_EQ(files.text(), files.problem);
  EXPECT_THAT(files.problem, testing::HasSubstr("metrics.csv"));
}

// Such as one with fewer iterations, by --set.
TEST_F(RunFilesTest, ARunIsDoneByItsOwnRecipe) {
  train::Specification specification = look_at_experiment(folder.path()).runs.front().specification;
  specification.iterations = 10;
  put_text(run / "run.toml", specification_text(specification));
  EXPECT_TRUE(look_with("10,1,probe,gradient_norm/conv11,1\n").is_done);
  EXPECT_FALSE(look_with(all).is_done);
}

}  // namespace
}  // namespace elubench::experiment
