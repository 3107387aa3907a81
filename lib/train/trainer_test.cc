#include "train/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <limits>
#include <set>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/parallel.h"
#include "base/safetensors.h"
#include "train/checkpoint.h"
#include "train/export_weights.h"
#include "train/test_run.h"

namespace elubench::train {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

struct Killed {};

std::string weights_in(const Specification& specification, const std::filesystem::path& folder) {
  const std::filesystem::path out = folder / "weights.safetensors";
  export_weights(specification, 5, folder, out);
  return read_text(out);
}

class Run : public testing::Test {
 protected:
  Outcome run(MemoryRecorder& recorder) {
    return train::run(specification, dataset, folder.path(), at::kCPU, recorder);
  }

  // Kills the run as soon as `iteration` updates are done: nothing is saved.
  void run_until_killed(MemoryRecorder& recorder, std::int64_t iteration) {
    recorder.on_progress = [&](const Progress& progress) {
      if (progress.iteration == iteration) throw Killed{};
    };
    EXPECT_THROW(run(recorder), Killed);
    recorder.on_progress = nullptr;
  }

  // The rows and weights of the same run, never stopped.
  std::pair<std::vector<std::string>, std::string> uninterrupted() {
    TemporaryFolder other;
    MemoryRecorder recorder;
    train::run(specification, dataset, other.path(), at::kCPU, recorder);
    return {recorder.repeatable(), weights_in(specification, other.path())};
  }

  void expect_like_uninterrupted(const MemoryRecorder& recorder) {
    const auto [rows, weights] = uninterrupted();
    EXPECT_EQ(recorder.repeatable(), rows);
    EXPECT_EQ(weights_in(specification, folder.path()), weights);
  }

  Specification specification = small_run();
  data::Dataset dataset = made_up_dataset();
  TemporaryFolder folder;
};

TEST_F(Run, RecordsItsRowsWhereTheyAreDue) {
  MemoryRecorder recorder;
  const Outcome outcome = run(recorder);
  EXPECT_FALSE(outcome.diverged);
  EXPECT_EQ(outcome.iteration, 10);
  std::set<std::int64_t> train;
  std::set<std::int64_t> test;
  std::set<std::int64_t> probe;
  for (const Metric& row : recorder.rows) {
    EXPECT_DOUBLE_EQ(row.epoch, static_cast<double>(row.iteration) * 8 / 33);
    (row.split == "train" ? train : row.split == "test" ? test : probe).insert(row.iteration);
    if (row.name == "learning_rate") {
      EXPECT_EQ(row.value, row.iteration <= 6 ? 0.05 : 0.01);
    }
  }
  EXPECT_EQ(train, (std::set<std::int64_t>{4, 8, 10}));
  EXPECT_EQ(test, (std::set<std::int64_t>{5, 10}));
  EXPECT_EQ(probe, test);
  EXPECT_EQ(recorder.shown.size(), 10u);
}

TEST_F(Run, IsAPureFunctionOfItsSpecification) {
  MemoryRecorder recorder;
  run(recorder);
  expect_like_uninterrupted(recorder);
  specification.seed = 2;
  EXPECT_NE(uninterrupted().first, recorder.repeatable());
}

class KilledRun : public Run, public testing::WithParamInterface<std::tuple<int, bool, Precision>> {};

TEST_P(KilledRun, GoesOnAsIfItHadNeverStopped) {
  const auto [iteration, batch_norm, precision] = GetParam();
  specification.batch_norm = batch_norm;
  specification.precision = precision;
  MemoryRecorder recorder;
  run_until_killed(recorder, iteration);
  run(recorder);
  expect_like_uninterrupted(recorder);
}

INSTANTIATE_TEST_SUITE_P(All, KilledRun,
                         testing::Combine(testing::Values(1, 3, 4, 5, 7, 9, 10), testing::Bool(),
                                          testing::Values(Precision::fp32, Precision::bf16)));

TEST_F(Run, LearnsWhatItSees) {
  specification.iterations = 150;
  specification.learning_rate = {{0, 0.02}};
  specification.network.width = 0.1;
  specification.network.dropout.enabled = false;
  specification.data.augment = false;
  specification.log_every = 10;
  MemoryRecorder recorder;
  run(recorder);
  double first = 0;
  double last = 0;
  for (const Metric& row : recorder.rows) {
    if (row.split != "train" || row.name != "loss") continue;
    if (row.iteration == 10) first = row.value;
    last = row.value;
  }
  EXPECT_NEAR(first, std::log(5.0), 0.4);
  EXPECT_LT(last, 0.3);
}

TEST_F(Run, OfNoIterationsSavesAndTestsTheInitialWeights) {
  specification.iterations = 0;
  MemoryRecorder recorder;
  EXPECT_EQ(run(recorder).iteration, 0);
  EXPECT_GT(recorder.rows_through(0), 0);
  for (const Metric& row : recorder.rows) EXPECT_NE(row.split, "train");
  const auto rows = recorder.rows.size();
  run(recorder);
  EXPECT_EQ(recorder.rows.size(), rows);
}

TEST_F(Run, ThatDivergesKeepsItsRowsAndSaysWhere) {
  specification.learning_rate = {{0, 0.01}, {5, 1e30}};
  specification.iterations = 20;
  MemoryRecorder recorder;
  const Outcome outcome = run(recorder);
  EXPECT_TRUE(outcome.diverged);
  EXPECT_EQ(outcome.iteration, 6);  // the updates done: the sixth is the one that leaves all bounds
  EXPECT_GT(recorder.rows_through(4), 0);
}

// After the last update the weights are out of all bounds, and no further training loss would show it.
TEST_F(Run, ThatDivergesInItsLastUpdateIsNotDone) {
  specification.learning_rate = {{0, 0.01}, {5, 3e38}};
  specification.iterations = 6;
  MemoryRecorder recorder;
  EXPECT_TRUE(run(recorder).diverged);
  EXPECT_EQ(CheckpointStore(folder.path()).iterations(), std::vector<std::int64_t>{3});
  for (const Metric& row : recorder.rows) EXPECT_TRUE(std::isfinite(row.value)) << row.name;
}

// As users run it: with more than one thread.
TEST_F(Run, GoesOnAsIfItHadNeverStoppedWithTwoThreads) {
  set_thread_count(2);
  MemoryRecorder recorder;
  run_until_killed(recorder, 7);
  run(recorder);
  expect_like_uninterrupted(recorder);
  set_thread_count(1);
}

TEST_F(Run, SavesAndStopsOnASignal) {
  const InterruptGuard guard;
  MemoryRecorder recorder;
  recorder.on_progress = [&](const Progress& progress) {
    if (progress.iteration == 7) std::raise(SIGTERM);
  };
  EXPECT_THROW(run(recorder), Interrupted);
  EXPECT_EQ(CheckpointStore(folder.path()).iterations().front(), 7);
  const InterruptGuard fresh;
  recorder.on_progress = nullptr;
  run(recorder);
  expect_like_uninterrupted(recorder);
}

// A signal that comes while a test is due stops the run without it; the test is made when the run goes on.
TEST_F(Run, LeavesAPendingTestToTheNextSession) {
  const InterruptGuard guard;
  MemoryRecorder recorder;
  recorder.on_progress = [&](const Progress& progress) {
    if (progress.iteration == 5) std::raise(SIGINT);
  };
  EXPECT_THROW(run(recorder), Interrupted);
  EXPECT_EQ(std::count_if(recorder.rows.begin(), recorder.rows.end(),
                          [](const Metric& row) { return row.split == "test"; }),
            0);
  const InterruptGuard fresh;
  recorder.on_progress = nullptr;
  run(recorder);
  expect_like_uninterrupted(recorder);
}

// The test is made by a session that is killed before it saves again: its rows are there, but belong to no
// checkpoint.
TEST_F(Run, KilledAfterAPendingTestGoesOnFromBeforeIt) {
  const InterruptGuard guard;
  MemoryRecorder recorder;
  recorder.on_progress = [&](const Progress& progress) {
    if (progress.iteration == 5) std::raise(SIGINT);
  };
  EXPECT_THROW(run(recorder), Interrupted);
  const InterruptGuard fresh;
  run_until_killed(recorder, 6);
  EXPECT_EQ(recorder.rows.back().split, "probe");
  testing::internal::CaptureStderr();
  run(recorder);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("resumed at iteration 5"));
  expect_like_uninterrupted(recorder);
}

TEST_F(Run, ShowsTheLastTestErrorAfterAResumeToo) {
  MemoryRecorder recorder;
  run_until_killed(recorder, 8);
  recorder.shown.clear();
  run(recorder);
  ASSERT_EQ(recorder.shown.front().iteration, 7);
  EXPECT_TRUE(std::isfinite(recorder.shown.front().test_error));
}

void flip_byte(const std::filesystem::path& path, std::size_t at) {
  std::string content = read_text(path);
  content[at] = static_cast<char>(content[at] ^ 1);
  write_atomically(path, content);
}

// Wherever the damage is, in the lengths, the header or the tensors, the checkpoint before it is used.
TEST_F(Run, FallsBackFromADamagedCheckpoint) {
  MemoryRecorder recorder;
  run(recorder);
  const auto whole = read_text(folder.path() / "checkpoint-000000010.safetensors");
  for (std::size_t at : {std::size_t{0}, std::size_t{60}, whole.size() / 2, whole.size() - 1}) {
    write_atomically(folder.path() / "checkpoint-000000010.safetensors", whole);
    flip_byte(folder.path() / "checkpoint-000000010.safetensors", at);
    MemoryRecorder again = recorder;
    testing::internal::CaptureStderr();
    run(again);
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("checkpoint-000000010")) << at;
    EXPECT_EQ(again.repeatable(), recorder.repeatable()) << at;
  }
}

TEST_F(Run, StartsAgainWhenAllCheckpointsAreDamaged) {
  MemoryRecorder recorder;
  run_until_killed(recorder, 8);
  for (std::int64_t iteration : CheckpointStore(folder.path()).iterations()) {
    flip_byte(folder.path() / ("checkpoint-00000000" + std::to_string(iteration) + ".safetensors"), 100);
  }
  const auto before = recorder.rows.size();
  run(recorder);
  expect_like_uninterrupted(recorder);
  EXPECT_EQ(recorder.copied_rows.size(), before);
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "checkpoint-000000006.safetensors.set-aside-1"));
}

TEST_F(Run, SetsItsRowsAsideWhereTheCheckpointsAreGone) {
  MemoryRecorder recorder;
  run_until_killed(recorder, 5);
  std::filesystem::remove(folder.path() / "checkpoint-000000003.safetensors");
  run_until_killed(recorder, 2);
  EXPECT_FALSE(recorder.copied_rows.empty());
  recorder.copied_rows.clear();
  run(recorder);  // killed before its first checkpoint: nothing is lost that would not come again at once
  EXPECT_TRUE(recorder.copied_rows.empty());
  expect_like_uninterrupted(recorder);
}

// A file system that is away for a moment, another user's file, another version's: nothing is wrong with the
// checkpoint.
TEST_F(Run, DoesNotGiveUpACheckpointThatIsNotDamaged) {
  MemoryRecorder recorder;
  run(recorder);
  const std::filesystem::path newest = folder.path() / "checkpoint-000000010.safetensors";
  const std::string whole = read_text(newest);
  const auto expect_untouched = [&](const char* why) {
    EXPECT_THAT([&] { run(recorder); }, ThrowsMessage<Error>(HasSubstr(why)));
    EXPECT_EQ(CheckpointStore(folder.path()).iterations(), (std::vector<std::int64_t>{10, 9}));
    EXPECT_GT(recorder.rows_through(10), recorder.rows_through(9));
  };
  std::filesystem::remove(newest);
  std::filesystem::create_symlink("nowhere", newest);
  expect_untouched("cannot read");
  std::filesystem::remove(newest);
  const float nothing[] = {0};
  const StoredTensor values{"values", StoredType::f32, {1}, std::as_bytes(std::span(nothing))};
  write_safetensors(newest, std::span(&values, 1), {{"format", "elubench checkpoint 99"}}, true);
  expect_untouched("another version");
  write_atomically(newest, whole);
  run(recorder);
  expect_like_uninterrupted(recorder);
}

TEST_F(Run, RemovesWhatAKilledSaveLeft) {
  write_atomically(folder.path() / "checkpoint-000000002.safetensors.part", std::string_view("half"));
  MemoryRecorder recorder;
  run(recorder);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "checkpoint-000000002.safetensors.part"));
}

// The damaged ones have higher numbers than what is saved after them, and must not push it out.
TEST_F(Run, KeepsWhatItSavesAfterAllCheckpointsWereDamaged) {
  MemoryRecorder recorder;
  run(recorder);
  for (const char* name : {"checkpoint-000000009.safetensors", "checkpoint-000000010.safetensors"}) {
    flip_byte(folder.path() / name, 100);
  }
  run_until_killed(recorder, 5);
  EXPECT_EQ(CheckpointStore(folder.path()).iterations(), std::vector<std::int64_t>{3});
  run(recorder);
  expect_like_uninterrupted(recorder);
}

TEST_F(Run, GoesBackToTheCheckpointWhoseRowsAreThere) {
  MemoryRecorder recorder;
  run(recorder);
  std::erase_if(recorder.rows, [](const Metric& row) { return row.iteration == 10 && row.name == "loss"; });
  run(recorder);
  expect_like_uninterrupted(recorder);
}

TEST_F(Run, KeepsTwoCheckpoints) {
  MemoryRecorder recorder;
  run(recorder);
  EXPECT_EQ(CheckpointStore(folder.path()).iterations(), (std::vector<std::int64_t>{10, 9}));
}

TEST_F(Run, IsEvaluatedAgainFromItsCheckpoint) {
  dataset.validation = made_up_images(9, 5, 2);
  MemoryRecorder recorder;
  run(recorder);
  const CheckpointEvaluation result = evaluate_checkpoint(specification, dataset, folder.path(), at::kCPU);
  EXPECT_EQ(result.iteration, 10);
  int found = 0;
  for (const Metric& row : recorder.rows) {
    if (row.iteration != 10 || row.split != "test") continue;
    ++found;
    EXPECT_EQ(row.value, row.name == "loss" ? result.loss : result.error);
  }
  EXPECT_EQ(found, 2);
  EXPECT_EQ(std::count_if(recorder.rows.begin(), recorder.rows.end(),
                          [](const Metric& m) { return m.split == "validation"; }),
            4);
  EXPECT_THAT([&] { evaluate_checkpoint(specification, dataset, folder.path() / "nowhere", at::kCPU); },
              ThrowsMessage<Error>(HasSubstr("no usable checkpoint")));
}

}  // namespace
}  // namespace elubench::train
