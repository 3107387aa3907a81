#include "train/evaluation.h"

#include <gtest/gtest.h>

#include "train/test_run.h"

namespace elubench::train {
namespace {

// 17 images in batches of 8: the last batch is filled up, and the filling must not count.
TEST(Evaluation, CountsEveryImageOnceWhateverTheBatch) {
  const data::Images images = made_up_images(17, 5, 1);
  Specification specification = small_run();
  network::Network eight = initial_network(specification);
  specification.batch_size = 17;
  network::Network seventeen = initial_network(specification);
  const Evaluation a = evaluate(images, eight);
  const Evaluation b = evaluate(images, seventeen);
  EXPECT_NEAR(a.loss, b.loss, 1e-6);
  EXPECT_EQ(a.error, b.error);
}

}  // namespace
}  // namespace elubench::train
