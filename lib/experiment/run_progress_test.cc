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

  std::vector<RunProgress> look() const { return progress_of(look_at_experiment(folder.path())).runs; }

  const TemporaryFolder folder;
  const std::string last_row = "100,2,probe,gradient_norm/conv11,1\n";
  const std::string half =
      "50,1,train,images_per_second,10\n50,1,test,error,60.5\n";  // 50 of 100 iterations at 10 images a second
};

TEST_F(RunProgressTest, TellsWhatEachFolderSays) {
  put("relu/seed-1", "done", half + "100,2,test,error,40.5\n" + last_row);
  put("elu/seed-1", "running", half);
  put("relu/seed-2", "diverged at iteration 50", half);
  put("elu/seed-2", "failed: the disk is full", "");
  put("relu/seed-3", "running", half);
  const FileLock held(folder.path() / "runs/relu/seed-3/lock");
  const auto progress = look();
  const std::vector<RunState> expected{RunState::done,   RunState::stopped, RunState::diverged,
                                       RunState::failed, RunState::running, RunState::waiting};
  ASSERT_EQ(progress.size(), expected.size());  // seed by seed: relu, elu
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(progress[i].state, expected[i]) << i;
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

std::string session(const std::string& worker, const std::string& start, const std::string& end) {
  return "[[session]]\ndevice = 'cuda:0'\ndevice_name = '" + worker + "'\nstart = '" + start + "'\n" +
         "start_iteration = 0\n" + (end.empty() ? "" : "end_iteration = 100\nend = '" + end + "'\n");
}

// 100 iterations of 10 images at 10 a second, and ten tests of 300 images.
const std::string ended_rows = [] {
  std::string rows;
  for (int test = 1; test <= 10; ++test) rows += std::to_string(10 * test) + ",1,test,error,60\n";
  return rows + "100,2,train,images_per_second,10\n100,2,train,seconds,100\n" +
         "100,2,probe,gradient_norm/conv11,1\n";
}();

TEST_F(RunProgressTest, TimeBesidesTheStepsIsThatOfRunsThatHaveEnded) {
  put("relu/seed-1", "done", ended_rows);
  const auto run_file = folder.path() / "runs/relu/seed-1/run.toml";
  const std::string start = "2026-01-01T00:00:00Z";
  const std::string ended = session("A", start, "2026-01-01T00:02:10Z");
  put_text(run_file, ended);                              // 30 s for ten tests: 10 a test
  EXPECT_DOUBLE_EQ(look()[1].seconds_left, 100 + 3 * 3);  // two tests, and one for good measure
  // Others that have not ended, took longer, or were tested too seldom, do not change that.
  put("relu/seed-2", "running", half);
  put_text(folder.path() / "runs/relu/seed-2/run.toml", session("A", start, ""));
  put("relu/seed-3", "done", ended_rows);
  put_text(folder.path() / "runs/relu/seed-3/run.toml", session("A", start, "2026-01-01T10:00:00Z"));
  put("elu/seed-3", "diverged at iteration 50", half);
  put_text(folder.path() / "runs/elu/seed-3/run.toml", session("A", start, "2026-01-01T00:02:10Z"));
  EXPECT_DOUBLE_EQ(look()[1].seconds_left, 100 + 3 * 3);
}

TEST_F(RunProgressTest, WhereWorkWasLostOrTheEndIsNotKnownATestedImageTakesAThirdOfATrainedOne) {
  put("relu/seed-1", "done", ended_rows);
  const auto run_file = folder.path() / "runs/relu/seed-1/run.toml";
  const std::string start = "2026-01-01T00:00:00Z", end = "2026-01-01T00:02:10Z";
  put_text(run_file, session("A", start, end) + session("A", start, ""));
  EXPECT_DOUBLE_EQ(look()[1].seconds_left, 100 + 30);
  put_text(run_file, session("A", start, end) + session("A", start, end));  // both began at 0
  EXPECT_DOUBLE_EQ(look()[1].seconds_left, 100 + 30);
}

// A GPU's run says nothing of the time that a processor's take, nor the other way round.
TEST_F(RunProgressTest, UnlikeWorkersTellNothingOfEachOther) {
  put("relu/seed-1", "done", "100,1,train,images_per_second,1000\n" + last_row);
  put_text(folder.path() / "runs/relu/seed-1/run.toml", session("A", "2026-01-02T00:00:00Z", ""));
  put("elu/seed-1", "running", half);
  put_text(folder.path() / "runs/elu/seed-1/run.toml", session("B", "2026-01-01T00:00:00Z", ""));
  const FileLock held(folder.path() / "runs/elu/seed-1/lock");
  const auto opened = look_at_experiment(folder.path());
  const auto all = progress_of(opened);
  EXPECT_DOUBLE_EQ(all.runs[1].seconds_left, 50 + 20);
  EXPECT_DOUBLE_EQ(all.runs[2].seconds_left, 1 + 0.3);  // as fast as the newest
  EXPECT_THAT(status_text(opened, all), HasSubstr("left for one worker, as fast as A was\n"));
  Experiment running = opened;  // each run at its own speed: nobody else's is told
  running.runs = {opened.runs[0], opened.runs[1]};
  put("relu/seed-1", "done", "100,1,train,images_per_second,1000\n" + last_row);
  EXPECT_THAT(status_text(running, progress_of(running)), HasSubstr("left for one worker\n"));
}

// The rows are those of the worker before.
TEST_F(RunProgressTest, AWorkerThatHasMeasuredNothingYetTellsNothing) {
  put("relu/seed-1", "running", "50,1,train,images_per_second,1000\n");
  const std::string resumed = "[[session]]\ndevice_name = 'B'\nstart = '2026-01-02T00:00:00Z'\n";
  const auto run_file = folder.path() / "runs/relu/seed-1/run.toml";
  put_text(run_file, session("A", "2026-01-01T00:00:00Z", "") + resumed);
  EXPECT_TRUE(std::isnan(look()[0].seconds_left));
  put_text(run_file, session("A", "2026-01-01T00:00:00Z", "") + resumed + "start_iteration = 50\n");
  EXPECT_TRUE(std::isnan(look()[0].seconds_left));
  put_text(run_file, session("A", "2026-01-01T00:00:00Z", "") + resumed + "start_iteration = 40\n");
  EXPECT_FALSE(std::isnan(look()[0].seconds_left));
}

TEST_F(RunProgressTest, MoreIterationsThanTheRecipeHasLeaveNoTime) {
  put("relu/seed-1", "stopped", "500,9,train,images_per_second,10\n");
  EXPECT_DOUBLE_EQ(look()[0].seconds_left, 10);  // the one test for good measure
}

TEST_F(RunProgressTest, TheTableEndsWithCounts) {
  put("relu/seed-1", "done", half + "100,2,test,error,40.5\n" + last_row);
  const auto opened = look_at_experiment(folder.path());
  const std::string text = status_text(opened, progress_of(opened));
  EXPECT_THAT(text, HasSubstr("relu seed 1  done      100/100 | error 40.50 %\n"));
  EXPECT_THAT(text, HasSubstr("elu seed 1   waiting\n"));
  EXPECT_THAT(text, HasSubstr("5 waiting, 1 done of 6; about "));
}

TEST_F(RunProgressTest, DoneWithoutAllMetricsHasStopped) {
  put("relu/seed-1", "done", half);
  const auto opened = look_at_experiment(folder.path());
  EXPECT_THAT(status_text(opened, progress_of(opened)),
              HasSubstr("stopped   50/100 | error 60.50 % | done, but its metrics.csv is damaged\n"));
}

TEST_F(RunProgressTest, AnUnknownSpeedIsNoTime) {
  EXPECT_TRUE(std::isnan(look()[0].seconds_left));
  const auto opened = look_at_experiment(folder.path());
  EXPECT_THAT(status_text(opened, progress_of(opened)), HasSubstr("6 waiting of 6\n"));
}

}  // namespace
}  // namespace elubench::experiment
