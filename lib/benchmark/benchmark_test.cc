#include "benchmark/benchmark.h"

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/parallel.h"
#include "benchmark/comparison.h"
#include "benchmark/hardware_peaks.h"
#include "benchmark/stopwatch.h"
#include "network/table.h"

namespace elubench::benchmark {
namespace {

using testing::HasSubstr;

TEST(Median, IsTheMiddleOne) {
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 3, 2}), 2.5);
  EXPECT_EQ(median({7}), 7);
}

// One second from each mark to the next.
class Seconds : public device::Timeline {
 public:
  void mark() override { ++marks_; }
  std::vector<double> seconds() override { return std::vector<double>(std::exchange(marks_, 0) - 1, 1.0); }

 private:
  std::size_t marks_ = 0;
};

TEST(Stopwatch, GivesEachLapItsTimeAndTheStepAll) {
  Stopwatch watch(std::make_unique<Seconds>());
  for (int step = 0; step < 3; ++step) {
    watch.begin_step();
    watch.finished("forward", "conv1");
    watch.finished("forward", "pool1");
    watch.end_step();
  }
  ASSERT_EQ(watch.laps().size(), 2u);
  EXPECT_EQ(watch.laps()[1].part, "pool1");
  EXPECT_EQ(watch.laps()[1].seconds, (std::vector<double>{1, 1, 1}));
  EXPECT_EQ(watch.steps(), (std::vector<double>{3, 3, 3}));
}

TEST(Stopwatch, AddsUpWhatAStepComesBackTo) {
  Stopwatch watch(std::make_unique<Seconds>());
  for (int step = 0; step < 2; ++step) {
    watch.begin_step();
    for (int slice = 0; slice < 3; ++slice) {
      watch.finished("forward", "conv1");
      watch.finished("forward", "pool1");
    }
    watch.finished("backward", "conv1");
    watch.end_step();
  }
  ASSERT_EQ(watch.laps().size(), 3u);
  EXPECT_EQ(watch.laps()[1].part, "pool1");
  EXPECT_EQ(watch.laps()[1].seconds, (std::vector<double>{3, 3}));
  EXPECT_EQ(watch.laps()[2].phase, "backward");
  EXPECT_EQ(watch.laps()[2].seconds, (std::vector<double>{1, 1}));
}

TEST(Stopwatch, GivesALapNothingInAStepWithoutIt) {
  Stopwatch watch(std::make_unique<Seconds>());
  for (const std::string part : {"conv1", "conv2"}) {
    watch.begin_step();
    watch.finished("forward", part);
    watch.end_step();
  }
  ASSERT_EQ(watch.laps().size(), 2u);
  EXPECT_EQ(watch.laps()[0].seconds, (std::vector<double>{1, 0}));
  EXPECT_EQ(watch.laps()[1].seconds, (std::vector<double>{0, 1}));
}

TEST(Stopwatch, DividesWhatIsMeasuredTogether) {
  Stopwatch watch(std::make_unique<Seconds>());
  watch.begin_step();
  watch.end_step(4);
  EXPECT_EQ(watch.steps(), (std::vector<double>{0.25}));
}

TEST(HostTimeline, MeasuresFromMarkToMarkAndForgets) {
  const auto timeline = device::make_timeline("cpu");
  for (int i = 0; i < 3; ++i) timeline->mark();
  const auto between = timeline->seconds();
  ASSERT_EQ(between.size(), 2u);
  EXPECT_GE(between[0], 0);
  timeline->mark();
  EXPECT_TRUE(timeline->seconds().empty());
}

TEST(Handover, IsATimeBetweenTwoThreadsAndNothingOfOne) {
  set_thread_count(2);
  const std::optional<double> between_two = measured_handover();
  set_thread_count(1);
  EXPECT_EQ(measured_handover(), std::nullopt);
  if (!between_two) GTEST_SKIP() << "two threads did not run at once";
  EXPECT_GT(*between_two, 1e-9);  // light goes 30 cm
  EXPECT_LT(*between_two, 1e-5);  // a thousand times what one takes
}

Request small() {
  Request request;
  request.specification.network = network::resolved({});
  request.specification.activation = "elu(alpha=1)";
  request.specification.batch_size = 2;
  request.seconds = 1e-9;  // one step
  return request;
}

TEST(Measure, CoversEveryBlockOfTheStepAndCountsItsOperations) {
  const Result result = measure(small());
  std::set<std::string> parts;
  double forward = 0;
  double backward = 0;
  for (const Phase& phase : result.training.phases) {
    parts.insert(phase.name + " " + phase.part);
    EXPECT_GT(phase.seconds, 0) << phase.name << " " << phase.part;
    if (phase.name == "forward") forward += phase.operations;
    if (phase.name == "backward") backward += phase.operations;
  }
  EXPECT_EQ(parts.size(), 2 * 22 + 3u);  // 11 convolutions and what follows each, twice; data, loss, update
  const auto cost = network::cost_of({}, 100, false);
  EXPECT_DOUBLE_EQ(forward, 2.0 * 2 * static_cast<double>(cost.multiply_adds_an_image));
  const double first_layer = 2.0 * 2 * 3 * 25 * 192 * 32 * 32;
  EXPECT_DOUBLE_EQ(backward, 2 * forward - first_layer);
  EXPECT_EQ(result.inference.phases.size(), 23u);
  EXPECT_DOUBLE_EQ(result.inference.operations, forward);
  EXPECT_GT(result.peak, 0);
  const std::string text = text_of(small(), result);
  EXPECT_THAT(text, testing::AllOf(HasSubstr("training: "), HasSubstr("backward conv11"), HasSubstr("% of peak"),
                                   HasSubstr("as of direct convolutions")));
}

double bytes_of(const Result& result, const std::string& name, const std::string& part) {
  for (const Phase& phase : result.training.phases) {
    if (phase.name == name && phase.part == part) return phase.bytes;
  }
  ADD_FAILURE() << "no " << name << " " << part;
  return 0;
}

// Of conv3: 2 images of 16 x 16 in 240 channels, pooled to 8 x 8, in float32.
TEST(Measure, CountsTheBytesOfActivationsApartFromTheirPools) {
  constexpr double whole = 4.0 * 2 * 16 * 16 * 240, pooled = whole / 4;
  const Result together = measure(small());
  EXPECT_EQ(bytes_of(together, "forward", "pool3"), whole + pooled);
  EXPECT_EQ(bytes_of(together, "backward", "pool3"), 2 * whole + pooled);
  Request request = small();
  request.specification.network.dropout_place = network::DropoutPlace::before_pool;
  const Result apart = measure(request);
  EXPECT_EQ(bytes_of(apart, "forward", "activation3"), 2 * whole);
  EXPECT_EQ(bytes_of(apart, "backward", "activation3"), 3 * whole);
  EXPECT_EQ(bytes_of(apart, "forward", "pool3"), whole + pooled);
}

TEST(Compare, TakesActivationsApartFromTheirPoolsForTheirs) {
  Speed speed{};
  for (const char* part : {"conv3", "activation3", "pool3", "bn3"})
    speed.phases.push_back({"forward", part, 1, 0, 0});
  EXPECT_EQ(activation_seconds(speed), 2);
}

TEST(Measure, TakesTheDropoutThatMostIterationsHave) {
  const std::vector<double> none(7, 0.0), some(7, 0.1), much(7, 0.2);
  Request request = small();
  const auto rates_of = [&](std::int64_t iterations, std::vector<network::DropoutPhase> phases) {
    request.specification.iterations = iterations;
    request.specification.network.dropout.phases = std::move(phases);
    const auto measured = measured_specification(request).network.dropout.phases;
    EXPECT_EQ(measured.size(), 1u);
    EXPECT_EQ(measured.at(0).from, 0);
    return measured.at(0).rates;
  };
  EXPECT_EQ(rates_of(1000, {{0, none}, {100, some}, {900, much}}), some);
  EXPECT_EQ(rates_of(9000, {{0, none}, {100, some}, {900, much}}), much);
  EXPECT_EQ(rates_of(90, {{0, none}, {100, some}}), none) << "what never comes";
  EXPECT_EQ(rates_of(0, {{0, some}}), some);
}

TEST(Measure, RefusesWhatItDoesNotKnow) {
  Request request = small();
  request.specification.activation = "ellu";
  EXPECT_THROW(measure(request), UsageError);
  request = small();
  request.specification.network.name = "elu12";
  EXPECT_THROW(measure(request), UsageError);
}

// Such a step has no backward pass, and would pass for a fast one.
TEST(Measure, RefusesWhatDiverges) {
  Request request = small();
  request.specification.activation = "leaky_relu(slope=1000000)";
  EXPECT_THAT([&] { measure(request); }, testing::ThrowsMessage<Error>(HasSubstr("not finite")));
}

TEST(Compare, MeasuresTheContendersInTurn) {
  std::vector<Contender> contenders;
  for (const char* activation : {"relu", "elu(alpha=1)"}) {
    Request request = small();
    request.specification.activation = activation;
    contenders.push_back({activation, false, request});
  }
  std::vector<std::string> order;
  std::vector<std::size_t> rows_by_round;
  const auto rows = compare(
      contenders, 2,
      [&](int round, const Contender& contender) {
        order.push_back(std::to_string(round) + " " + contender.activation);
      },
      [&](const std::vector<Comparison>& so_far) { rows_by_round.push_back(so_far.size()); });
  EXPECT_EQ(rows_by_round, (std::vector<std::size_t>{6, 12}));
  EXPECT_EQ(order, (std::vector<std::string>{"1 relu", "1 elu(alpha=1)", "2 elu(alpha=1)", "2 relu"}));
  ASSERT_EQ(rows.size(), 12u);
  for (const Comparison& row : rows) EXPECT_GT(row.value, 0) << row.metric;
  EXPECT_EQ(rows[3].activation, "elu(alpha=1)");
  EXPECT_EQ(rows[5].metric, "activation_seconds");
}

}  // namespace
}  // namespace elubench::benchmark
