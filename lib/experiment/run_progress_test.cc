#include "experiment/run_progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/file_lock.h"
#include "base/temporary_folder.h"
#include "experiment/test_file.h"

namespace elubench::experiment {
namespace {

using testing::HasSubstr;

class RunProgressTest : public testing::Test {
 protected:
  RunProgressTest() {
    put_text(folder.path() / "experiment.toml",
             "[data]\nset = 'synthetic(test_images=300)'\n[train]\nbatch_size = 10\niterations = 100\n"
             "test_every = 50\n[compare]\nactivations = ['relu', 'elu']\nseeds = [1, 2, 3]\n");
  }

  void put(const std::string& run, const std::string& status, const std::string& rows) const {
    const auto path = folder.path() / "runs" / run;
    put_text(path / "status", status + "\n");
    put_text(path / "metrics.csv", "iteration,epoch,split,metric,value\n" + rows);
  }

  std::vector<RunProgress> look() const { return progress_of(look_at_experiment(folder.path())); }

  const TemporaryFolder folder;
  const std::string half =
      "50,1,train,images_per_second,10\n50,1,test,error,60.5\n";  // 50 of 100 iterations at 10 images a second
};

TEST_F(RunProgressTest, TellsWhatEachFolderSays) {
  put("relu/seed-1", "done", half + "100,2,test,error,40.5\n");
  put("elu/seed-1", "running", half);
  put("relu/seed-2", "diverged at iteration 50", half);
  put("elu/seed-2", "failed: the disk is full", "");
  put("relu/seed-3", "running", half);
  const FileLock held(folder.path() / "runs/relu/seed-3/lock");
  const auto progress = look();
  const std::vector<Phase> expected{Phase::done,   Phase::stopped, Phase::diverged,
                                    Phase::failed, Phase::running, Phase::waiting};
  ASSERT_EQ(progress.size(), expected.size());  // seed by seed: relu, elu
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(progress[i].phase, expected[i]) << i;
  EXPECT_EQ(progress[0].iteration, 100);
  EXPECT_EQ(progress[0].test_error, 40.5);
  EXPECT_EQ(progress[0].seconds_left, 0);
  EXPECT_EQ(progress[1].iteration, 50);
  EXPECT_EQ(progress[3].detail, "failed: the disk is full");
  EXPECT_THAT(progress[4].detail, HasSubstr("process "));
  EXPECT_TRUE(std::isnan(progress[5].test_error));
}

TEST_F(RunProgressTest, TimeIsOfTrainingAndTests) {
  put("relu/seed-1", "running", half);
  const auto progress = look();
  // 500 images at 10 a second; two tests, at 50 from now and one more for good measure, of 300 images at 30 a
  // second.
  EXPECT_DOUBLE_EQ(progress[0].seconds_left, 50 + 20);
  EXPECT_DOUBLE_EQ(progress[1].seconds_left, 100 + 30);  // at the speed of the others
}

// 100 iterations took 130 seconds, of which steps 100: three tests (one more than there are) of 300 images
// took 30.
TEST_F(RunProgressTest, TimeBesidesTheStepsIsThatOfRunsThatHaveEnded) {
  put("relu/seed-1", "done", "100,2,train,images_per_second,10\n100,2,train,seconds,100\n");
  const auto session = [](const std::string& end) {
    return "[[session]]\ndevice_name = 'A'\nstart = '2026-01-01T00:00:00Z'\n" + end;
  };
  const auto run_file = folder.path() / "runs/relu/seed-1/run.toml";
  put_text(run_file, session("end = '2026-01-01T00:02:10Z'\n"));
  EXPECT_DOUBLE_EQ(look()[1].seconds_left, 100 + 30);
  put_text(run_file, session("end = '2026-01-01T00:04:40Z'\n"));
  EXPECT_DOUBLE_EQ(look()[1].seconds_left, 100 + 180);
  put_text(run_file, session("end = '2026-01-01T00:04:40Z'\n") + session(""));  // killed, nobody knows when
  EXPECT_DOUBLE_EQ(look()[1].seconds_left, 100 + 30);  // a tested image as a third of a trained one
  const auto opened = look_at_experiment(folder.path());
  EXPECT_THAT(status_text(opened, progress_of(opened)), HasSubstr("left for one worker, as fast as A was\n"));
}

TEST_F(RunProgressTest, TheTableEndsWithCounts) {
  put("relu/seed-1", "done", half + "100,2,test,error,40.5\n");
  const auto opened = look_at_experiment(folder.path());
  const std::string text = status_text(opened, progress_of(opened));
  EXPECT_THAT(text, HasSubstr("relu seed 1  done      100/100 | error 40.50 %\n"));
  EXPECT_THAT(text, HasSubstr("elu seed 1   waiting\n"));
  EXPECT_THAT(text, HasSubstr("5 waiting, 1 done of 6; about "));
}

TEST_F(RunProgressTest, AnUnknownSpeedIsNoTime) {
  EXPECT_TRUE(std::isnan(look()[0].seconds_left));
  const auto opened = look_at_experiment(folder.path());
  EXPECT_THAT(status_text(opened, progress_of(opened)), HasSubstr("6 waiting of 6\n"));
}

}  // namespace
}  // namespace elubench::experiment
