#include "network/network.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "activation/table.h"
#include "base/parallel.h"
#include "convolution/convolution.h"
#include "network/initial_weights.h"
#include "network/test_network.h"

namespace elubench::network {
namespace {

struct Case {
  std::string network, activation;
  bool batch_norm = false;
  bool dropout = false;
  EvenPadding even_padding = EvenPadding::network_default;
  bool final_activation = false;
  bool training = true;
  std::vector<DropoutPhase> phases = {};  // empty: the network's own rates
  convolution::Engine engine = convolution::Engine::automatic;
  std::int64_t batch_size = 4;
  DropoutPlace dropout_place = DropoutPlace::after_pool;
};

constexpr std::int64_t iteration = 4;
constexpr std::int64_t sliced_batch = 43;  // one thread: 21, 21 and 1 images at once through the first layer

// Leaves in every buffer and gradient what a real run would find there: another batch's numbers.
void pass_another_batch_through(Network& network) {
  const kernel::StepState step{.seed = 8, .iteration = iteration - 1, .learning_rate = 0};
  const Pass before{.training = true, .step = &step, .iteration = step.iteration};
  network.images().copy_(formula({network.batch_size(), 3, 32, 32}, 99, 2).permute({0, 2, 3, 1}));
  network.forward(before);
  kernel::LossTotals ignored;
  network.loss(network.batch_size(), 1, &ignored);
  network.backward(before);
}

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.network << " " << c.activation << (c.batch_norm ? " bn" : "") << (c.dropout ? " dropout" : "");
}

// No dropout before the iteration, and then much.
std::vector<DropoutPhase> rising_from(std::int64_t from) {
  return {{0, std::vector<double>(7, 0.0)}, {from, std::vector<double>(7, 0.4)}};
}

class AgainstAutograd : public testing::TestWithParam<Case> {};

// Both sides hold the same float32 weights; the reference computes in double. Single precision through up to 19
// layers leaves relative errors of a few 1e-6; batch normalisation over four values (deep layers have one pixel
// left) divides by small deviations and leaves ten times that; a wrong term leaves more than 1e-2.
TEST_P(AgainstAutograd, AgreesInLogitsLossAndEveryGradient) {
  const SingleThread single_thread;
  const Case& c = GetParam();
  Build build = small_build(c.network, c.activation, c.batch_norm);
  build.options.dropout = {c.dropout, c.phases};
  build.options.dropout_place = c.dropout_place;
  build.options.even_padding = c.even_padding;
  build.options.final_activation = c.final_activation;
  build.engine = c.engine;
  build.batch_size = c.batch_size;
  Network network(build);
  set_from_formulas(network);
  pass_another_batch_through(network);
  set_from_formulas(network);
  Reference reference(build, network, c.activation);
  const kernel::StepState step{.seed = 9, .iteration = iteration, .learning_rate = 0};
  const Pass pass{.training = c.training, .step = &step, .iteration = iteration};

  const at::Tensor logits = reference.logits(network.images(), pass);
  const at::Tensor loss = at::cross_entropy_loss(logits, network.labels());
  loss.backward();

  network.forward(pass);
  const double rounding = c.engine == convolution::Engine::winograd ? convolution::winograd_rounding : 1;
  const double tolerance = rounding * (c.batch_norm && c.training ? 2e-4 : 2e-5);
  EXPECT_LT(relative_error(network.logits(), logits), tolerance);
  kernel::LossTotals totals;
  network.loss(build.batch_size, 1.0 / static_cast<double>(build.batch_size), &totals);
  EXPECT_NEAR(totals.loss / static_cast<double>(build.batch_size), loss.item<double>(), tolerance);
  network.backward(pass);
  const std::string last_bias = network.layers().back().name + ".bias";
  for (const auto& entry : network.parameters().entries()) {
    // A convolution's bias is without effect before batch normalisation in training: its gradient is rounding
    // alone, beside the gradients that it is the sum of.
    const bool without_effect = c.batch_norm && c.training && entry.name.starts_with("conv") &&
                                entry.name.ends_with("bias") && entry.name != last_bias;
    if (without_effect) {
      const std::string weight = entry.name.substr(0, entry.name.find('.')) + ".weight";
      const double beside = network.parameters().entry(weight).gradient.norm().item<double>();
      EXPECT_LT(entry.gradient.norm().item<double>(), 1e-5 * beside) << entry.name;
      continue;
    }
    EXPECT_LT(relative_error(entry.gradient, reference.parameters()[entry.name].grad()), tolerance) << entry.name;
  }
  for (const auto& statistic : network.parameters().statistics()) {
    EXPECT_LT(relative_error(statistic.value, reference.statistics()[statistic.name]), 1e-5) << statistic.name;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, AgainstAutograd,
    testing::Values(
        Case{"elu11", "elu(alpha=1)"}, Case{"elu11", "relu"}, Case{"elu11", "gelu"},
        Case{"elu11", "elu(alpha=1)", false, true}, Case{"elu11", "elu(alpha=1)", true, true},
        Case{.network = "elu11", .activation = "relu", .dropout = true, .phases = rising_from(iteration)},
        Case{.network = "elu11", .activation = "relu", .dropout = true, .phases = rising_from(iteration + 1)},
        Case{
            .network = "elu11", .activation = "gelu", .dropout = true, .dropout_place = DropoutPlace::before_pool},
        Case{.network = "elu11",
             .activation = "elu(alpha=1)",
             .batch_norm = true,
             .dropout = true,
             .phases = rising_from(iteration),
             .dropout_place = DropoutPlace::before_pool},
        Case{
            .network = "elu18", .activation = "relu", .dropout = true, .dropout_place = DropoutPlace::before_pool},
        Case{.network = "elu11",
             .activation = "relu",
             .dropout = true,
             .batch_size = sliced_batch,
             .dropout_place = DropoutPlace::before_pool},
        Case{"elu11", "relu", true, false, EvenPadding::none, false, false},
        Case{"elu11", "elu(alpha=1)", false, false, EvenPadding::same},
        Case{"elu11", "elu(alpha=1)", false, false, EvenPadding::both, true}, Case{"elu18", "elu(alpha=1)"},
        Case{"elu18", "relu", false, true}, Case{"elu18", "elu(alpha=1)", true},
        Case{.network = "elu11", .activation = "elu(alpha=1)", .engine = convolution::Engine::winograd},
        Case{.network = "elu18", .activation = "elu(alpha=1)", .engine = convolution::Engine::winograd},
        Case{.network = "elu11", .activation = "elu(alpha=1)", .dropout = true, .batch_size = sliced_batch},
        Case{.network = "elu11",
             .activation = "relu",
             .dropout = true,
             .phases = rising_from(iteration),
             .batch_size = sliced_batch}));

class Parts : public Observer {
 public:
  void finished(std::string_view, std::string_view part) override { ++count[std::string(part)]; }
  std::map<std::string, int> count;
};

// How often the first layer's convolution and pool run, and the second's convolution.
std::vector<int> slices_of(const Build& build) {
  Parts parts;
  Network(build).forward(evaluation_pass, &parts);
  return {parts.count.at("conv1"), parts.count.at("pool1"), parts.count.at("conv2")};
}

// So that the cases above are some: 24 channels of 32 x 32 floats are 96 KiB an image, and a thread has 2 MiB.
TEST(FirstLayer, GoesThroughABatchInSlicesUnlessItsImagesDependOnEachOther) {
  const SingleThread single_thread;
  const std::vector<int> whole{1, 1, 1};
  Build build = small_build("elu11", "relu");
  build.batch_size = sliced_batch;
  EXPECT_EQ(slices_of(build), (std::vector<int>{3, 3, 1}));
  build.options.dropout = {true, rising_from(iteration)};
  EXPECT_EQ(slices_of(build), whole);
  build.options.dropout = {false, {}};
  build.batch_norm = true;
  EXPECT_EQ(slices_of(build), whole);
  build.batch_norm = false;
  build.batch_size = 21;
  EXPECT_EQ(slices_of(build), whole);
  build.batch_size = 3;
  build.options.width = 4;  // 3 MiB an image
  EXPECT_EQ(slices_of(build), whole);
}

// golden.json was computed by golden.py in PyTorch, from the paper's text and not from the tables here.
class AgainstGolden : public testing::TestWithParam<std::string> {};

void expect_like(const at::Tensor& tensor, const nlohmann::json& golden, double tolerance,
                 const std::string& name) {
  const at::Tensor flat = tensor.to(at::kDouble).contiguous().flatten();
  const double norm = golden.at("norm").get<double>();
  EXPECT_NEAR(flat.norm().item<double>(), norm, tolerance * norm) << name;
  const double typical = norm / std::sqrt(static_cast<double>(flat.numel()));
  for (std::int64_t i = 0; i < 16; ++i) {
    const double expected = golden.at("entries").at(static_cast<std::size_t>(i)).get<double>();
    EXPECT_NEAR(flat[(i + 1) * 2654435761 % flat.numel()].item<double>(), expected,
                tolerance * (typical + std::abs(expected)))
        << name << " entry " << i;
  }
}

TEST_P(AgainstGolden, AgreesInLogitsLossAndEveryGradient) {
  std::ifstream file(ELUBENCH_SOURCE_DIR "/lib/network/golden.json");
  const nlohmann::json golden = nlohmann::json::parse(file).at(GetParam());
  const std::size_t blank = GetParam().find(' ');
  const Build build = small_build(GetParam().substr(0, blank), GetParam().substr(blank + 1));
  Network network(build);
  set_from_formulas(network);
  network.forward(evaluation_pass);
  expect_like(network.logits(), golden.at("logits"), 1e-5, "logits");
  kernel::LossTotals totals;
  network.loss(4, 0.25, &totals);
  EXPECT_NEAR(totals.loss / 4, golden.at("loss").get<double>(), 1e-5);
  network.backward(evaluation_pass);
  for (const auto& entry : network.parameters().entries()) {
    expect_like(entry.gradient, golden.at("gradients").at(entry.name), 5e-5, entry.name);
  }
}

INSTANTIATE_TEST_SUITE_P(All, AgainstGolden,
                         testing::Values("elu11 elu(alpha=1)", "elu11 relu", "elu11 gelu", "elu18 elu(alpha=1)"));

// bfloat16 keeps 8 bits: eleven layers of rounding leave about one per cent in the logits, and up to 15 in the
// gradients of the first layer, where eleven more have added theirs; batch normalisation rounds once more in every
// layer. A wrong term leaves as much as there is.
class NetworkInBfloat16 : public testing::TestWithParam<std::pair<bool, convolution::Engine>> {};

TEST_P(NetworkInBfloat16, StaysNearFloat32) {
  const SingleThread single_thread;
  Build build = small_build("elu11", "elu", GetParam().first);
  build.batch_size = 50;  // more than one slice of the first layer's images
  build.engine = GetParam().second;
  const double roundings = GetParam().first ? 1.5 : 1;
  Network exact(build);
  set_from_formulas(exact);
  build.element = at::kBFloat16;
  Network rounded(build);
  set_from_formulas(rounded);
  exact.forward(evaluation_pass);
  rounded.forward(evaluation_pass);
  EXPECT_LT(relative_error(rounded.logits(), exact.logits()), 0.03 * roundings);
  kernel::LossTotals totals;
  exact.loss(50, 1.0 / 50, &totals);
  rounded.loss(50, 1.0 / 50, &totals);
  exact.backward(evaluation_pass);
  rounded.backward(evaluation_pass);
  EXPECT_LT(relative_error(rounded.parameters().gradients(), exact.parameters().gradients()), 0.06 * roundings);
  for (const auto& entry : rounded.parameters().entries()) {
    EXPECT_LT(relative_error(entry.gradient, exact.parameters().entry(entry.name).gradient), 0.25 * roundings)
        << entry.name;
  }
}

INSTANTIATE_TEST_SUITE_P(BatchNormalisationAndEngine, NetworkInBfloat16,
                         testing::Values(std::pair{false, convolution::Engine::automatic},
                                         std::pair{true, convolution::Engine::automatic},
                                         std::pair{false, convolution::Engine::winograd}));

// With n weights of variance s^2 the sample variance deviates by s^2 sqrt(2 / n) (normal); five are allowed.
TEST(InitialWeights, HaveTheirVariance) {
  const struct {
    Initialization initialization;
    double variance;  // of conv3 of elu11: 240 x 192 x 3 x 3
  } cases[] = {{Initialization::lecun_normal, 1.0 / 1728},
               {Initialization::he_normal, 2.0 / 1728},
               {Initialization::xavier_uniform, 2.0 / (1728 + 2160)},
               {Initialization::libtorch, 1.0 / (3 * 1728)}};
  Build build = small_build("elu11", "elu");
  build.options.width = 1;
  build.batch_size = 1;
  Network network(build);
  for (const auto& c : cases) {
    set_initial_weights(c.initialization, 1, network.parameters());
    const at::Tensor weight = network.parameters().entry("conv3.weight").value.to(at::kDouble);
    const double n = static_cast<double>(weight.numel());
    EXPECT_NEAR(weight.mean().item<double>(), 0, 5 * std::sqrt(c.variance / n));
    EXPECT_NEAR(weight.var().item<double>(), c.variance, 5 * c.variance * std::sqrt(2 / n));
    const double bias = network.parameters().entry("conv3.bias").value.abs().max().item<double>();
    if (c.initialization == Initialization::libtorch) {
      EXPECT_GT(bias, 0);
    } else {
      EXPECT_EQ(bias, 0);
    }
  }
}

TEST(InitialWeights, AreTheSameForEveryActivationWithAndWithoutBatchNormalisation) {
  Network elu(small_build("elu11", "elu"));
  Network relu(small_build("elu11", "relu", true));
  set_initial_weights(Initialization::lecun_normal, 5, elu.parameters());
  set_initial_weights(Initialization::lecun_normal, 5, relu.parameters());
  for (const auto& entry : elu.parameters().entries()) {
    EXPECT_TRUE(at::equal(entry.value, relu.parameters().entry(entry.name).value)) << entry.name;
  }
  set_initial_weights(Initialization::lecun_normal, 6, relu.parameters());
  EXPECT_FALSE(
      at::equal(elu.parameters().entry("conv1.weight").value, relu.parameters().entry("conv1.weight").value));
  EXPECT_FALSE(at::equal(elu.parameters().entry("conv4.weight").value.flatten().narrow(0, 0, 100),
                         elu.parameters().entry("conv2.weight").value.flatten().narrow(0, 0, 100)));
}

}  // namespace
}  // namespace elubench::network
