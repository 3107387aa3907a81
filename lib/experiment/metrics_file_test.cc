#include "experiment/metrics_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/file_size_limit.h"
#include "base/temporary_folder.h"
#include "experiment/test_file.h"

namespace elubench::experiment {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr const char* header = "iteration,epoch,split,metric,value\n";

class MetricsFileTest : public testing::Test {
 protected:
  std::string text() const { return read_text(path); }
  void put(const std::string& content) const { put_text(path, content); }

  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "metrics.csv";
};

TEST_F(MetricsFileTest, WritesShortestNumbersThatReadBack) {
  MetricsFile file(path);
  file.record({100, 0.2, "train", "loss", 0.1});
  file.record({100, 1.0 / 3, "probe", "activation_mean/conv3", -1e-7});
  EXPECT_EQ(file.flush(), 2);
  EXPECT_EQ(text(), std::string(header) + "100,0.2,train,loss,0.1\n" +
                        "100,0.3333333333333333,probe,activation_mean/conv3,-1e-07\n");
}

TEST_F(MetricsFileTest, ValuesThatAreNotFiniteReadBack) {
  const double infinity = std::numeric_limits<double>::infinity();
  {
    MetricsFile file(path);
    file.record({1, 0, "train", "loss", -std::nan("")});
    file.record({1, 0, "train", "error", infinity});
  }
  const MetricRows found = read_metrics(path);
  ASSERT_EQ(found.rows.size(), 2U);
  EXPECT_TRUE(std::isnan(found.rows[0].value));
  EXPECT_EQ(found.rows[1].value, infinity);
  EXPECT_EQ(found.damage, "");
}

TEST_F(MetricsFileTest, AppendsToWhatIsThere) {
  MetricsFile(path).record({1, 0, "train", "loss", 1});
  MetricsFile file(path);
  file.record({2, 0, "train", "loss", 2});
  EXPECT_EQ(file.flush(), 2);
  EXPECT_EQ(text(), std::string(header) + "1,0,train,loss,1\n2,0,train,loss,2\n");
}

TEST_F(MetricsFileTest, CountsRowsByIterationAndCutsThem) {
  MetricsFile file(path);
  for (const std::int64_t iteration : {0, 5, 5, 7}) file.record({iteration, 0, "train", "loss", 1});
  EXPECT_EQ(file.rows_through(-1), 0);
  EXPECT_EQ(file.rows_through(0), 1);
  EXPECT_EQ(file.rows_through(5), 3);
  EXPECT_EQ(file.rows_through(6), 3);
  EXPECT_EQ(file.rows_through(7), 4);
  file.cut_to(3);
  EXPECT_EQ(file.rows_through(100), 3);
  file.record({6, 0, "train", "loss", 2});
  EXPECT_EQ(text(),
            std::string(header) + "0,0,train,loss,1\n5,0,train,loss,1\n5,0,train,loss,1\n6,0,train,loss,2\n");
  file.cut_to(0);
  EXPECT_EQ(text(), header);
}

// Wherever a crash tears the file, what is whole stays and appending goes on from there.
TEST_F(MetricsFileTest, RepairsAFileTornAtAnyByte) {
  const std::string whole = std::string(header) + "1,0.5,train,loss,1.25\n2,1,test,error,97.5\n";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    put(whole.substr(0, length));
    const bool has_header = length >= std::string(header).size();
    const std::string kept = has_header ? whole.substr(0, whole.rfind('\n', length - 1) + 1) : header;
    MetricsFile file(path);
    EXPECT_EQ(text(), kept) << length;
    file.record({9, 0, "train", "loss", 1});
    EXPECT_EQ(text(), kept + "9,0,train,loss,1\n") << length;
  }
}

TEST_F(MetricsFileTest, DropsABadTail) {
  for (const std::string bad : {"2,1,test,error\n", "x,1,test,error,1\n", "2,1,test,error,1,2\n",
                                "2,1,test,error,one\n", "2,1,,error,1\n", "\n", "0,0,train,loss,1\n"}) {
    put(std::string(header) + "1,0.5,train,loss,1.25\n" + bad + "3,1,train,loss,1\n");
    EXPECT_NE(read_metrics(path).damage, "") << bad;
    const std::filesystem::path copy = set_aside_name(path);  // a new one each time: no copy is written over
    MetricsFile file(path);
    EXPECT_EQ(file.rows_through(100), 1) << bad;
    EXPECT_EQ(text(), std::string(header) + "1,0.5,train,loss,1.25\n") << bad;
    EXPECT_EQ(read_text(copy), std::string(header) + "1,0.5,train,loss,1.25\n" + bad + "3,1,train,loss,1\n");
  }
}

TEST_F(MetricsFileTest, AFileThatIsNotThereHasNoRows) {
  const MetricRows found = read_metrics(path);
  EXPECT_TRUE(found.rows.empty());
  EXPECT_EQ(found.damage, "");
}

TEST_F(MetricsFileTest, WhatSomethingElseDidToItIsAClearError) {
  const std::string other = std::string(header) + "1,0,train,loss,9\n";
  const std::pair<const char*, std::function<void()>> harms[] = {
      {"changed", [&] { write_atomically(path, other); }},
      {"changed", [&] { std::ofstream(path, std::ios::app) << "2,0,train,loss,1\n"; }},
      {"removed", [&] { std::filesystem::remove(path); }}};
  for (const auto& [what, harm] : harms) {
    std::filesystem::remove(path);
    MetricsFile file(path);
    file.record({1, 0, "train", "loss", 1});
    EXPECT_EQ(file.flush(), 1);
    const std::string before = text();
    const std::filesystem::path copy = set_aside_name(path);
    harm();
    EXPECT_THAT([&] { file.flush(); },
                ThrowsMessage<Error>(AllOf(HasSubstr(path.string() + " was " + what), HasSubstr(copy.string()))));
    EXPECT_EQ(read_text(copy), before);
  }
}

TEST_F(MetricsFileTest, AFullDiskIsAClearErrorAndLeavesWholeRows) {
  MetricsFile file(path);
  file.record({1, 0, "train", "loss", 1});
  const std::string before = text();
  {
    const FileSizeLimit limit(before.size() + 5);
    try {
      file.record({2, 0, "train", "loss", 1});
      FAIL() << "the row cannot fit";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("cannot write " + path.string()));
      EXPECT_THAT(error.what(), HasSubstr("File too large"));
    }
  }
  EXPECT_EQ(text(), before);
  file.record({2, 0, "train", "loss", 1});
  EXPECT_EQ(text(), before + "2,0,train,loss,1\n");
}

}  // namespace
}  // namespace elubench::experiment
