// The small kernels against LibTorch's operators or plain arithmetic.
#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "activation/table.h"
#include "base/parallel.h"
#include "kernel/gather_augment.h"
#include "kernel/momentum_update.h"
#include "kernel/softmax_cross_entropy.h"
#include "kernel/statistics.h"
#include "kernel/tensor_buffer.h"

namespace elubench::kernel {
namespace {

at::Tensor wave(std::vector<std::int64_t> shape, double frequency) {
  const at::Tensor flat = at::zeros(shape, at::kDouble).flatten();
  return at::sin(at::arange(flat.numel(), at::kDouble) * frequency).mul(3).view(shape).to(at::kFloat);
}

TEST(SoftmaxCrossEntropy, AgreesWithLibTorch) {
  at::Tensor logits = wave({7, 100}, 0.37);
  const at::Tensor labels = at::arange(7, at::kLong) * 13;
  at::Tensor reference = logits.to(at::kDouble).requires_grad_();
  const at::Tensor loss = at::cross_entropy_loss(reference, labels, {}, at::Reduction::Sum);
  (loss * 0.25).backward();
  const std::int64_t wrong = (reference.argmax(1) != labels).sum().item<std::int64_t>();
  LossTotals totals;
  softmax_cross_entropy(buffer_of(logits), 7, 100, labels.const_data_ptr<std::int64_t>(), 7, 0.25, &totals);
  EXPECT_NEAR(totals.loss, loss.item<double>(), 1e-9);
  EXPECT_EQ(totals.wrong, wrong);
  EXPECT_EQ(totals.images, 7);
  EXPECT_TRUE(at::allclose(logits.to(at::kDouble), reference.grad(), 1e-6, 1e-9));
}

TEST(SoftmaxCrossEntropy, LeavesOutTheRowsThatFillUpABatch) {
  at::Tensor logits = wave({3, 5}, 0.7);
  at::Tensor two = logits.narrow(0, 0, 2).clone();
  const at::Tensor labels = at::ones({3}, at::kLong);
  LossTotals all;
  LossTotals part;
  softmax_cross_entropy(buffer_of(logits), 3, 5, labels.const_data_ptr<std::int64_t>(), 2, 1, &all);
  softmax_cross_entropy(buffer_of(two), 2, 5, labels.const_data_ptr<std::int64_t>(), 2, 1, &part);
  EXPECT_EQ(all.loss, part.loss);
  EXPECT_EQ(all.images, 2);
  EXPECT_EQ(logits[2].abs().sum().item<float>(), 0);
}

TEST(SoftmaxCrossEntropy, CountsNanAsWrongAndSurvivesHugeLogits) {
  at::Tensor logits = at::zeros({2, 3}, at::kFloat);
  logits[0][2] = std::numeric_limits<float>::quiet_NaN();
  logits[1][1] = 1e30f;
  const at::Tensor labels = at::tensor({0, 1}, at::kLong);
  LossTotals first;
  softmax_cross_entropy(buffer_of(logits), 1, 3, labels.const_data_ptr<std::int64_t>(), 1, 0, &first);
  EXPECT_TRUE(std::isnan(first.loss));
  EXPECT_EQ(first.wrong, 1);
  LossTotals second;
  softmax_cross_entropy(buffer_of(logits.narrow(0, 1, 1)), 1, 3, labels.const_data_ptr<std::int64_t>() + 1, 1, 0,
                        &second);
  EXPECT_EQ(second.loss, 0);
  EXPECT_EQ(second.wrong, 0);
}

// Two steps of v = momentum v + rate (gradient + decay w), w = w - v, worked out in double.
TEST(MomentumUpdate, FollowsItsRule) {
  const std::int64_t n = 1001;
  at::Tensor weight = wave({n}, 0.1);
  at::Tensor velocity = wave({n}, 0.2);
  const at::Tensor gradient = wave({n}, 0.3);
  at::Tensor copy = at::zeros({n}, at::kBFloat16);
  at::Tensor w = weight.to(at::kDouble);
  at::Tensor v = velocity.to(at::kDouble);
  const StepState step{.seed = 1, .iteration = 3, .learning_rate = 0.01};
  const LossTotals totals;
  for (int update = 0; update < 2; ++update) {
    v = 0.9 * v + 0.01 * (gradient.to(at::kDouble) + 0.0005 * w);
    w = w - v;
    momentum_update({0.9, 0.0005}, &step, &totals, n, buffer_of(weight), buffer_of(velocity), buffer_of(gradient),
                    buffer_of(copy));
  }
  EXPECT_TRUE(at::allclose(weight.to(at::kDouble), w, 1e-6, 1e-6));
  EXPECT_TRUE(at::allclose(velocity.to(at::kDouble), v, 1e-6, 1e-6));
  EXPECT_TRUE(at::equal(copy, weight.to(at::kBFloat16)));
}

TEST(MomentumUpdate, LeavesAllAsItIsAfterALossThatIsNotFinite) {
  at::Tensor weight = wave({20}, 0.1);
  at::Tensor velocity = wave({20}, 0.2);
  const at::Tensor gradient = wave({20}, 0.3);
  StepState step{.seed = 1, .iteration = 3, .learning_rate = 0.01};
  const Breakpoint breakpoints[] = {{0, 0.01}, {4, 0.005}};
  for (const double loss : {std::numeric_limits<double>::infinity(), std::nan("")}) {
    const LossTotals totals{loss, 0, 0};
    momentum_update({0.9, 0.0005}, &step, &totals, 20, buffer_of(weight), buffer_of(velocity), buffer_of(gradient),
                    {nullptr, Element::f32, Device::cpu});
    advance({breakpoints, 2}, &totals, &step, Device::cpu);
  }
  EXPECT_TRUE(at::equal(weight, wave({20}, 0.1)));
  EXPECT_TRUE(at::equal(velocity, wave({20}, 0.2)));
  EXPECT_EQ(step.iteration, 3);
  EXPECT_EQ(step.learning_rate, 0.01);
}

TEST(Advance, TakesTheLearningRateOfTheNextUpdate) {
  StepState step{.seed = 1, .iteration = 3, .learning_rate = 0.01};
  const Breakpoint breakpoints[] = {{0, 0.01}, {4, 0.005}, {6, 0.001}};
  const LossTotals totals;
  std::vector<double> rates;
  for (int update = 0; update < 3; ++update) {
    advance({breakpoints, 3}, &totals, &step, Device::cpu);
    rates.push_back(step.learning_rate);
  }
  EXPECT_EQ(step.iteration, 6);
  EXPECT_EQ(rates, (std::vector<double>{0.005, 0.005, 0.001}));
}

// The batch of iteration 3, spelt out with LibTorch's padding, slicing and flipping. Places 18 to 23 of the run
// are in epochs 3 and 4 of 5 images, whose orders lie in rows 1 and 0.
TEST(GatherTrainingBatch, CropsAndFlipsThePaddedImages) {
  const at::Tensor images = wave({5, 8, 8, 3}, 0.9);
  const at::Tensor labels = at::arange(5, at::kLong) * 7;
  const ImageSet set{{8, 3}, 5, images.const_data_ptr<float>(), labels.const_data_ptr<std::int64_t>()};
  const at::Tensor orders = at::tensor({3, 1, 0, 2, 4, 0, 4, 2, 1, 3}, at::kLong);
  const at::Tensor chosen = at::tensor({1, 3, 3, 1, 0, 2}, at::kLong);
  const StepState step{.seed = 11, .iteration = 3, .learning_rate = 0};
  at::Tensor out = at::zeros({6, 8, 8, 3}, at::kFloat);
  at::Tensor out_labels = at::zeros({6}, at::kLong);
  const auto gather = [&](bool augment) {
    gather_training_batch(set, {orders.const_data_ptr<std::int64_t>(), 2}, &step, augment, 6, buffer_of(out),
                          out_labels.data_ptr<std::int64_t>());
  };
  gather(true);
  EXPECT_TRUE(at::equal(out_labels, chosen * 7));
  const at::Tensor padded = at::constant_pad_nd(images, {0, 0, 4, 4, 4, 4});
  for (std::int64_t j = 0; j < 6; ++j) {
    const Crop crop = draw_crop({11, random::Purpose::augmentation, 0, 3}, j);
    at::Tensor expected = padded[chosen[j].item<std::int64_t>()].narrow(0, crop.top, 8).narrow(1, crop.left, 8);
    if (crop.flip) expected = expected.flip(1);
    EXPECT_TRUE(at::equal(out[j], expected)) << j;
  }
  gather(false);
  EXPECT_TRUE(at::equal(out, images.index_select(0, chosen)));
}

TEST(GatherInOrder, FillsUpWithTheLastImage) {
  const at::Tensor images = wave({5, 8, 8, 3}, 0.9);
  const at::Tensor labels = at::arange(5, at::kLong) * 7;
  const ImageSet set{{8, 3}, 5, images.const_data_ptr<float>(), labels.const_data_ptr<std::int64_t>()};
  const at::Tensor expected = at::tensor({3, 4, 4, 4}, at::kLong);
  at::Tensor out = at::zeros({4, 8, 8, 3}, at::kBFloat16);
  at::Tensor out_labels = at::zeros({4}, at::kLong);
  gather_in_order(set, 3, 4, buffer_of(out), out_labels.data_ptr<std::int64_t>());
  EXPECT_TRUE(at::equal(out, images.index_select(0, expected).to(at::kBFloat16)));
  EXPECT_TRUE(at::equal(out_labels, expected * 7));
}

// 81 offsets and 2 flips are equally likely; chi-square with 161 degrees of freedom has mean 161 and deviation
// 18; five are allowed.
TEST(DrawCrop, IsUniform) {
  std::vector<int> counts(162);
  const int n = 162000;
  for (int j = 0; j < n; ++j) {
    const Crop crop = draw_crop({1, random::Purpose::augmentation, 0, 0}, j);
    ++counts[static_cast<std::size_t>((crop.top * 9 + crop.left) * 2 + (crop.flip ? 1 : 0))];
  }
  double chi_square = 0;
  for (int count : counts) chi_square += (count - n / 162.0) * (count - n / 162.0) / (n / 162.0);
  EXPECT_LT(chi_square, 161 + 5 * 18);
}

TEST(ActivationTotals, AgreeWithLibTorchAndFindDeadChannels) {
  at::Tensor x = wave({700, 130}, 0.77);
  x.select(1, 3).fill_(-2);
  x.select(1, 129).fill_(-1e-3);
  std::vector<double> sums;
  for (int threads : {1, 2}) {
    set_thread_count(threads);
    ActivationTotals totals;
    add_activation_totals(activation::Relu{}, buffer_of(x), 700, 130, totals);
    const at::Tensor f = at::relu(x.to(at::kDouble));
    EXPECT_NEAR(totals.sum, f.sum().item<double>(), 1e-6);
    EXPECT_NEAR(totals.sum_of_squares, (f * f).sum().item<double>(), 1e-6);
    EXPECT_EQ(totals.count, 700 * 130);
    sums.push_back(totals.sum);
    sums.push_back(totals.sum_of_squares);
    for (std::size_t c = 0; c < 130; ++c) EXPECT_EQ(totals.alive[c], c != 3 && c != 129) << c;
  }
  EXPECT_EQ(sums[0], sums[2]);
  EXPECT_EQ(sums[1], sums[3]);
  set_thread_count(1);
}

TEST(SumOfSquares, AgreesWithLibTorchAtAnyThreadCount) {
  const at::Tensor x = wave({200001}, 0.123);
  const double expected = x.to(at::kDouble).square().sum().item<double>();
  set_thread_count(1);
  const double one = sum_of_squares(buffer_of(x), x.numel());
  set_thread_count(2);
  const double two = sum_of_squares(buffer_of(x), x.numel());
  set_thread_count(1);
  EXPECT_NEAR(one, expected, 1e-9 * expected);
  EXPECT_EQ(one, two);
}

TEST(Bfloat16, RoundsLikeLibTorch) {
  const at::Tensor values =
      at::cat({wave({1000}, 1.7), at::tensor({1.00390625f, 1.01171875f, 3.4e38f, 1e-40f}, at::kFloat)});
  const at::Tensor reference = values.to(at::kBFloat16).to(at::kFloat);
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    EXPECT_EQ(to_float(from_float<Bfloat16>(values[i].item<float>())), reference[i].item<float>());
  }
  EXPECT_TRUE(std::isnan(to_float(from_float<Bfloat16>(std::nanf("")))));
}

}  // namespace
}  // namespace elubench::kernel
