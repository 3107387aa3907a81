#include "experiment/run_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/temporary_folder.h"
#include "experiment/specification_file.h"
#include "experiment/test_file.h"
#include "experiment/toml_reader.h"
#include "network/table.h"

namespace elubench::experiment {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class RunFolderTest : public testing::Test {
 protected:
  RunFolderTest() { specification.network = network::resolved({}); }

  template <class Call>
  static std::string message_of(Call&& call) {
    try {
      call();
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  TemporaryFolder parent;
  std::filesystem::path path = parent.path() / "elu" / "seed-1";
  train::Specification specification;
  Environment environment = environment_of({"cpu", "a processor", {}, false}, 2, {}, "LibTorch (11)", {});
};

TEST_F(RunFolderTest, ANewFolderHoldsTheSpecification) {
  const RunFolder folder(path, specification);
  EXPECT_TRUE(differences(parse_specification(read_text(path / "run.toml"), "run.toml"), specification).empty());
}

TEST_F(RunFolderTest, StatusGoesFromFreshToDone) {
  EXPECT_EQ(read_status(path).state, RecordedState::fresh);
  RunFolder folder(path, specification);
  folder.begin_session(environment);
  EXPECT_EQ(read_status(path).state, RecordedState::running);
  EXPECT_EQ(read_text(path / "status"), "running\n");
  folder.set_diverged(17);
  EXPECT_EQ(read_text(path / "status"), "diverged at iteration 17\n");
  EXPECT_EQ(read_status(path).state, RecordedState::diverged);
  folder.set_failed("two\nlines");
  EXPECT_EQ(read_text(path / "status"), "failed: two\n");
  EXPECT_EQ(read_status(path).state, RecordedState::failed);
  folder.set_done();
  EXPECT_EQ(read_text(path / "status"), "done\n");
  EXPECT_EQ(read_status(path).state, RecordedState::done);
}

TEST_F(RunFolderTest, EachSessionAppendsItsEnvironment) {
  {
    RunFolder folder(path, specification);
    folder.begin_session(environment);  // and dies
  }
  {
    RunFolder folder(path, specification);
    folder.begin_session(environment);
    folder.set_start_iteration(100);
    folder.end_session(250);
    folder.begin_session(environment);  // and ends before it has trained
    folder.end_session(std::nullopt);
  }
  const toml::table table = parse_toml(read_text(path / "run.toml"), "run.toml").table;
  const toml::array& sessions = *table["session"].as_array();
  ASSERT_EQ(sessions.size(), 3U);
  EXPECT_FALSE(sessions[0].as_table()->contains("end"));
  EXPECT_EQ(table["session"][1]["start_iteration"].value_or(0), 100);
  EXPECT_EQ(table["session"][1]["end_iteration"].value_or(0), 250);
  EXPECT_TRUE(sessions[1].as_table()->contains("end"));
  EXPECT_TRUE(sessions[2].as_table()->contains("end"));
  EXPECT_FALSE(sessions[2].as_table()->contains("end_iteration"));
  EXPECT_EQ(table["session"][0]["device_name"].value_or(std::string()), "a processor");
}

TEST_F(RunFolderTest, AnotherRecipesFolderIsRefusedAndLeftAlone) {
  { const RunFolder folder(path, specification); }
  const std::string before = read_text(path / "run.toml");
  train::Specification other = specification;
  other.momentum = 0.5;
  other.data.limit = 3;
  const std::string message = message_of([&] { const RunFolder folder(path, other); });
  EXPECT_THAT(message,
              AllOf(HasSubstr((path / "run.toml").string()), HasSubstr("train.momentum: 0.9 there, 0.5 here"),
                    HasSubstr("data.limit: 0 there, 3 here"), HasSubstr("--out")));
  EXPECT_THROW(check_same_run(path, other), UsageError);
  EXPECT_EQ(read_text(path / "run.toml"), before);
  other = specification;
  other.checkpoint_every = 1;
  EXPECT_NO_THROW(check_same_run(path, other));
}

TEST_F(RunFolderTest, ADamagedRunFileIsAUsageError) {
  put_text(path / "run.toml", "[data\n");
  EXPECT_THAT(message_of([&] { check_same_run(path, specification); }),
              AllOf(HasSubstr("run.toml:1: not valid TOML"), HasSubstr("restore it")));
}

TEST_F(RunFolderTest, ARunFileThatLostAKeyIsDamagedAndNoOtherRecipe) {
  { const RunFolder folder(path, specification); }
  std::string text = read_text(path / "run.toml");
  text.erase(text.find("momentum"), text.find('\n', text.find("momentum")) - text.find("momentum"));
  put_text(path / "run.toml", text);
  EXPECT_THAT(message_of([&] { check_same_run(path, specification); }),
              AllOf(HasSubstr("run.toml is damaged"), HasSubstr("train.momentum"), HasSubstr("restore it")));
  put_text(path / "run.toml", "");
  EXPECT_THAT(message_of([&] { check_same_run(path, specification); }), HasSubstr("is damaged"));
}

// Runs that were kept must go on to resume and to be read.
TEST_F(RunFolderTest, ARunFromBeforeAKeyWasOneHadItsDefault) {
  { const RunFolder folder(path, specification); }
  std::string text = read_text(path / "run.toml");
  const std::size_t key = text.find("dropout_place");
  text.erase(key, text.find('\n', key) + 1 - key);
  put_text(path / "run.toml", text);
  check_same_run(path, specification);
  specification.network.dropout_place = network::DropoutPlace::before_pool;
  EXPECT_THAT(message_of([&] { check_same_run(path, specification); }),
              HasSubstr("network.dropout_place: \"after_pool\" there, \"before_pool\" here"));
}

TEST_F(RunFolderTest, OtherImagesThanBeforeAreAWarning) {
  const auto with_images = [](const std::string& checksum) {
    return environment_of({"cpu", "a processor", {}, false}, 2, {}, "LibTorch (11)", {{"train", checksum}});
  };
  const auto warnings_of_session = [&](const std::string& checksum) {
    testing::internal::CaptureStderr();
    RunFolder folder(path, specification);
    folder.begin_session(with_images(checksum));
    return testing::internal::GetCapturedStderr();
  };
  EXPECT_EQ(warnings_of_session("a"), "");
  EXPECT_EQ(warnings_of_session("a"), "");
  EXPECT_THAT(warnings_of_session("b"), HasSubstr("not what the run began with: data_checksums;"));
}

// As on a shared disk that is full for a moment.
TEST_F(RunFolderTest, TheEndOfASessionMayBeWrittenAgainAfterItFailed) {
  RunFolder folder(path, specification);
  folder.begin_session(environment);
  const auto in_the_way = path / "run.toml.part";
  std::filesystem::create_directory(in_the_way);
  EXPECT_THAT(message_of([&] { folder.end_session(5); }), HasSubstr("run.toml"));
  std::filesystem::remove(in_the_way);
  folder.end_session(5);
  const toml::table table = parse_toml(read_text(path / "run.toml"), "run.toml").table;
  EXPECT_EQ(table["session"][0]["end_iteration"].value_or(0), 5);
  EXPECT_TRUE(table["session"][0]["end"].is_string());
}

TEST_F(RunFolderTest, MetricsWithoutRunFileAreRefused) {
  put_text(path / "metrics.csv", "iteration,epoch,split,metric,value\n");
  EXPECT_THROW(check_same_run(path, specification), UsageError);
}

TEST_F(RunFolderTest, ASecondHolderIsRefused) {
  const RunFolder folder(path, specification);
  EXPECT_THAT(message_of([&] { const RunFolder second(path, specification); }), HasSubstr(path.string()));
}

TEST_F(RunFolderTest, AFolderThatCannotBeMadeIsAUsageError) {
  put_text(parent.path() / "elu", "a file where a folder belongs");
  EXPECT_THROW(RunFolder(path, specification), UsageError);
}

}  // namespace
}  // namespace elubench::experiment
