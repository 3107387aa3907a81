#include "workers/pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/log.h"
#include "base/temporary_folder.h"
#include "experiment/test_file.h"

namespace elubench::workers {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

// Runs are shell scripts, which write their run and slot into a log and end as the test wants.
class PoolTest : public testing::Test {
 protected:
  PoolTest() {
    set_verbosity(Verbosity::quiet);
    experiment::put_text(
        folder.path() / "experiment.toml",
        "[data]\nset = 'synthetic(train_images=20, test_images=10)'\npreprocessing = 'standardize'\n"
        "[train]\nbatch_size = 10\n[compare]\nactivations = ['relu', 'elu']\nseeds = [1]\n");
  }

  Command command(const std::string& script) const {
    return {"/bin/sh", [this, script](const experiment::Run& run, const Slot& slot) {
              return std::vector<std::string>{"-c", "cd '" + folder.path().string() + "'; run=" + run.variant +
                                                        "; slot=" + slot.device + "; echo $run on $slot >> log; " +
                                                        script};
            }};
  }

  bool run(const std::string& script, const std::vector<std::string>& devices) const {
    std::vector<Slot> slots;
    for (const auto& device : devices) slots.push_back({device, 1});
    experiment::Request request;
    request.experiment = folder.path();
    request.device = "cpu";
    return run_all(experiment::open_experiment(request), slots, command(script));
  }

  std::vector<std::string> log() const {
    std::istringstream lines(read_text(folder.path() / "log"));
    std::vector<std::string> all;
    for (std::string line; std::getline(lines, line);) all.push_back(line);
    return all;
  }

  const TemporaryFolder folder;
};

TEST_F(PoolTest, EachRunIsTrainedOnceWhereItSaysWhatBecameOfIt) {
  EXPECT_FALSE(run("exit 1", {"a"}));
  EXPECT_THAT(log(), ElementsAre("relu on a", "elu on a"));
}

TEST_F(PoolTest, ARunWhoseProcessDiesIsTriedOnceMoreAfterTheOthers) {
  EXPECT_FALSE(run("[ $run = elu ] && exit 1; kill -9 $$", {"a"}));
  EXPECT_THAT(log(), ElementsAre("relu on a", "elu on a", "relu on a"));
}

TEST_F(PoolTest, WhatALostSlotWasToDoAnotherDoes) {
  EXPECT_FALSE(run("[ $slot = a ] && exit 3; exit 1", {"a", "b"}));
  EXPECT_THAT(log(), UnorderedElementsAre("relu on a", "elu on b", "relu on b"));
}

TEST_F(PoolTest, WhereNoSlotIsLeftTheDeviceIsLost) {
  EXPECT_THROW(run("exit 3", {"a", "b"}), DeviceLost);
  EXPECT_THAT(log(), UnorderedElementsAre("relu on a", "elu on b"));
}

TEST_F(PoolTest, AProcessThatCannotBeStartedIsTriedAgainWhileOthersWork) {
  experiment::Request request;
  request.experiment = folder.path();
  request.device = "cpu";
  Command command = this->command("exit 1");
  command.arguments = [arguments = command.arguments, calls = 0](const auto& run, const auto& slot) mutable {
    auto words = arguments(run, slot);
    if (++calls == 2) words.push_back(std::string(10'000'000, 'x'));  // more than a command line may have
    return words;
  };
  EXPECT_FALSE(run_all(experiment::open_experiment(request), {{"a", 1}, {"b", 1}}, command));
  EXPECT_THAT(log(), UnorderedElementsAre("relu on a", testing::StartsWith("elu on ")));
}

TEST_F(PoolTest, AProgramThatCannotBeStartedIsAnError) {
  experiment::Request request;
  request.experiment = folder.path();
  request.device = "cpu";
  Command missing = command("");
  missing.program = "/nowhere/program";
  EXPECT_THROW(run_all(experiment::open_experiment(request), {{"a", 1}}, missing), Error);
}

}  // namespace
}  // namespace elubench::workers
