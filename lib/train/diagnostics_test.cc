#include "train/diagnostics.h"

#include <gtest/gtest.h>

#include "base/parallel.h"
#include "train/batches.h"
#include "train/evaluation.h"
#include "train/test_run.h"

namespace elubench::train {
namespace {

// All that a network shows.
class Shown : public network::Observer {
 public:
  void pre_activations(const network::Probe& probe) override { x.push_back(probe.pre_activation.clone()); }
  void gradients(const network::Probe& probe) override {
    gradient.insert(gradient.begin(), probe.pre_activation.clone());
  }
  std::vector<at::Tensor> x, gradient;  // of each layer
};

// The same sums from what the network shows, with all images in one batch.
TEST(Diagnostics, AgreeWithTheWholeProbeInOneBatch) {
  const data::Images images = made_up_images(17, 5, 1);
  Specification specification = small_run();
  network::Network small = initial_network(specification);
  const auto layers = diagnose(images, small);
  specification.batch_size = 17;
  network::Network whole = initial_network(specification);
  fill_in_order(images, 0, whole);
  Shown shown;
  whole.forward(network::evaluation_pass, &shown);
  const at::Tensor x = shown.x.at(2).to(at::kDouble);
  const at::Tensor f = at::elu(x);
  kernel::LossTotals loss;
  whole.loss(17, 1.0 / 17, &loss);
  whole.backward(network::evaluation_pass, &shown);
  const at::Tensor gradient = shown.gradient.at(2).to(at::kDouble);
  ASSERT_EQ(layers.size(), 11u);
  EXPECT_EQ(layers[2].layer, "conv3");
  EXPECT_TRUE(layers[2].has_activation);
  EXPECT_FALSE(layers[10].has_activation);
  EXPECT_NEAR(layers[2].activation_mean, f.mean().item<double>(), 1e-5);
  EXPECT_NEAR(layers[2].activation_std, f.std(false).item<double>(), 1e-5);
  const double norm = gradient.square().mean().sqrt().item<double>();
  EXPECT_NEAR(layers[2].gradient_norm, norm, 1e-4 * norm);
  EXPECT_EQ(layers[2].dead_fraction, 0);
}

// 43 images of a batch go through the first layer as 21, 21 and 1; of the second batch two count.
TEST(EvaluationAndDiagnostics, AreTheSameWhereTheFirstLayerGoesInSlices) {
  const SingleThread single_thread;
  const data::Images images = made_up_images(45, 5, 1);
  Specification specification = small_run();
  specification.network.width = 0.125;
  specification.batch_size = 5;
  network::Network whole = initial_network(specification);
  specification.batch_size = 43;
  network::Network sliced = initial_network(specification);
  Shown shown;
  sliced.forward(network::evaluation_pass, &shown);
  ASSERT_EQ(shown.x.size(), sliced.layers().size() + 2);
  const Evaluation evaluated = evaluate(images, sliced), expected_evaluation = evaluate(images, whole);
  EXPECT_NEAR(evaluated.loss, expected_evaluation.loss, 1e-6);
  EXPECT_EQ(evaluated.error, expected_evaluation.error);
  const auto expected = diagnose(images, whole);
  const auto layers = diagnose(images, sliced);
  ASSERT_EQ(expected.size(), 11u);
  ASSERT_EQ(layers.size(), 11u);
  for (std::size_t l = 0; l < expected.size(); ++l) {
    SCOPED_TRACE(expected[l].layer);
    EXPECT_NEAR(layers[l].activation_mean, expected[l].activation_mean, 1e-5);
    EXPECT_NEAR(layers[l].activation_std, expected[l].activation_std, 1e-5);
    EXPECT_EQ(layers[l].dead_fraction, expected[l].dead_fraction);
    EXPECT_NEAR(layers[l].gradient_norm, expected[l].gradient_norm, 1e-4 * expected[l].gradient_norm);
  }
}

// A channel whose bias is far below zero never fires; the others' largest pre-activation says whether they do.
TEST(Diagnostics, FindDeadChannels) {
  const data::Images images = made_up_images(8, 5, 1);
  Specification specification = small_run();
  specification.activation = "relu";
  network::Network network = initial_network(specification);
  network.parameters().entry("conv2.bias").value.narrow(0, 0, 3).fill_(-1e6f);
  const auto layers = diagnose(images, network);
  fill_in_order(images, 0, network);
  Shown shown;
  network.forward(network::evaluation_pass, &shown);
  for (std::size_t l : {std::size_t{0}, std::size_t{1}, std::size_t{8}}) {
    const at::Tensor largest = shown.x.at(l).amax({0, 2, 3});
    EXPECT_DOUBLE_EQ(layers[l].dead_fraction, (largest <= 0).to(at::kDouble).mean().item<double>()) << l;
  }
  EXPECT_GE(layers[1].dead_fraction, 0.3);
}

}  // namespace
}  // namespace elubench::train
