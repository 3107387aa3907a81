#include "train/batches.h"

#include <gtest/gtest.h>

#include <map>

#include "train/test_run.h"

namespace elubench::train {
namespace {

// Images whose pixels are all their own number, so a batch says which images are in it.
data::Images numbered_images(std::int64_t count) {
  const at::Tensor numbers = at::arange(count, at::kFloat);
  return {numbers.view({count, 1, 1, 1}).expand({count, 32, 32, 3}).contiguous(),
          at::arange(count, at::kLong) % 5};
}

// As the step does it.
void fill(TrainingBatches& batches, std::int64_t iteration, network::Network& network) {
  const kernel::StepState step{.seed = 1, .iteration = iteration, .learning_rate = 0};
  batches.prepare(iteration);
  batches.gather(&step, network);
}

TEST(TrainingBatches, VisitEveryImageOnceAnEpochAcrossBatchBorders) {
  const data::Images images = numbered_images(33);
  network::Network network = initial_network(small_run());
  TrainingBatches batches(images, 1, false, 8);
  std::map<std::int64_t, int> visits;
  for (std::int64_t iteration = 0; iteration < 33; ++iteration) {  // 33 batches of 8 are 8 epochs of 33
    fill(batches, iteration, network);
    for (std::int64_t j = 0; j < 8; ++j) {
      const auto image = network.images()[j][0][0][0].item<std::int64_t>();
      EXPECT_EQ(network.labels()[j].item<std::int64_t>(), image % 5);
      ++visits[image];
    }
    if (iteration == 3) {
      EXPECT_EQ(visits.size(), 32u);
    }
  }
  for (const auto& [image, count] : visits) EXPECT_EQ(count, 8) << image;
}

TEST(TrainingBatches, AreAPureFunctionOfTheIteration) {
  const data::Images images = made_up_images(33, 5, 0);
  network::Network network = initial_network(small_run());
  TrainingBatches forwards(images, 1, true, 8);
  std::vector<at::Tensor> seen;
  for (std::int64_t iteration = 0; iteration < 6; ++iteration) {
    fill(forwards, iteration, network);
    seen.push_back(network.images().clone());
  }
  TrainingBatches backwards(images, 1, true, 8);
  for (std::int64_t iteration = 5; iteration >= 0; --iteration) {
    fill(backwards, iteration, network);
    EXPECT_TRUE(at::equal(network.images(), seen[static_cast<std::size_t>(iteration)]));
  }
}

TEST(TrainingBatches, CanBeLargerThanTheSet) {
  const data::Images images = numbered_images(3);
  network::Network network = initial_network(small_run());
  TrainingBatches batches(images, 1, false, 8);
  std::map<std::int64_t, int> visits;
  for (std::int64_t iteration = 0; iteration < 3; ++iteration) {  // 3 batches of 8 are 8 epochs of 3
    fill(batches, iteration, network);
    for (std::int64_t j = 0; j < 8; ++j) ++visits[network.images()[j][0][0][0].item<std::int64_t>()];
  }
  for (const auto& [image, count] : visits) EXPECT_EQ(count, 8) << image;
}

}  // namespace
}  // namespace elubench::train
