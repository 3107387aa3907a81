#include "kernel/pool_activation_dropout.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "activation/table.h"
#include "base/parallel.h"
#include "kernel/tensor_buffer.h"

namespace elubench::kernel {
namespace {

using Function = std::function<at::Tensor(const at::Tensor&)>;

// LibTorch's own functions, or formulas of its elementary ones, in double: the independent reference.
const std::map<std::string, Function>& references() {
  static const std::map<std::string, Function> all{
      {"identity", [](const at::Tensor& x) { return x.clone(); }},
      {"relu", [](const at::Tensor& x) { return at::relu(x); }},
      {"leaky_relu", [](const at::Tensor& x) { return at::leaky_relu(x, 0.1); }},
      {"shifted_relu", [](const at::Tensor& x) { return at::clamp_min(x, -1); }},
      {"elu", [](const at::Tensor& x) { return at::elu(x); }},
      {"elu(alpha=0.5)", [](const at::Tensor& x) { return at::elu(x, 0.5); }},
      {"selu", [](const at::Tensor& x) { return at::selu(x); }},
      {"celu", [](const at::Tensor& x) { return at::celu(x); }},
      {"celu(alpha=2)", [](const at::Tensor& x) { return at::celu(x, 2.0); }},
      {"gelu", [](const at::Tensor& x) { return at::gelu(x); }},
      {"gelu_tanh", [](const at::Tensor& x) { return at::gelu(x, "tanh"); }},
      {"silu", [](const at::Tensor& x) { return at::silu(x); }},
      {"mish", [](const at::Tensor& x) { return at::mish(x); }},
      {"softplus", [](const at::Tensor& x) { return at::softplus(x, 1, 1e9); }},
      {"softsign", [](const at::Tensor& x) { return x / (1 + x.abs()); }},
      {"tanh", [](const at::Tensor& x) { return at::tanh(x); }},
      {"sigmoid", [](const at::Tensor& x) { return at::sigmoid(x); }},
      {"hard_swish", [](const at::Tensor& x) { return at::hardswish(x); }},
      {"squareplus", [](const at::Tensor& x) { return (x + at::sqrt(x * x + 4)) / 2; }},
  };
  return all;
}

struct Shape {
  std::int64_t batch, side, channels;
  bool pool;
};

// Odd sides, one pixel, channels that are no multiple of a vector; outputs of several strips of 1024, the last two
// of enough for two threads.
const std::vector<Shape> shapes{{2, 8, 16, true},   {3, 7, 5, true},   {1, 1, 3, true},   {2, 3, 100, true},
                                {2, 5, 130, true},  {2, 4, 7, false},  {1, 1, 67, false}, {0, 4, 8, true},
                                {3, 9, 130, false}, {3, 18, 131, true}};

// Channels last in memory, (N, C, H, W) to LibTorch.
at::Tensor random_images(const Shape& s, std::uint32_t part) {
  at::Tensor images = at::empty({s.batch, s.side, s.side, s.channels}, at::kFloat);
  const random::Stream stream{5, random::Purpose::synthetic_data, part, 0};
  float* values = images.data_ptr<float>();
  for (std::int64_t i = 0; i < images.numel(); ++i) {
    values[i] = static_cast<float>(2.5 * random::normal_pair(stream.block(static_cast<std::uint64_t>(i)))[0]);
  }
  return images.permute({0, 3, 1, 2});
}

at::Tensor mask_of(const Dropout& dropout, double rate, const at::Tensor& like) {
  at::Tensor mask = at::ones({like.size(0), like.size(2), like.size(3), like.size(1)}, at::kDouble);
  for (std::int64_t i = 0; i < mask.numel(); ++i) {
    const bool dropped = dropout.stream().word(static_cast<std::uint64_t>(i)) < rate * 0x1p32;
    mask.data_ptr<double>()[i] = dropped ? 0 : 1 / (1 - rate);
  }
  return mask.permute({0, 3, 1, 2});
}

class PoolActivationDropout : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { set_thread_count(2); }
  void TearDown() override { set_thread_count(1); }
};

// The reference applies f before the pool, as the paper says; the kernel after it where f is monotone.
TEST_P(PoolActivationDropout, AgreesWithLibTorchForwardAndBackward) {
  const activation::Activation f = activation::parse(GetParam());
  const Function reference = references().at(GetParam());
  for (const Shape& s : shapes) {
    for (double rate : {0.0, 0.3}) {
      SCOPED_TRACE(testing::Message() << "batch " << s.batch << " side " << s.side << " channels " << s.channels
                                      << " pool " << s.pool << " rate " << rate);
      const PoolGeometry geometry{s.batch, s.side, s.channels, s.pool};
      const StepState step{.seed = 3, .iteration = 7, .learning_rate = 0};
      const Dropout dropout{&step, 2, rate};
      at::Tensor x = random_images(s, 1);
      const Shape out{s.batch, geometry.pooled_side(), s.channels, false};
      const at::Tensor y_gradient = random_images(out, 2);
      at::Tensor y = random_images(out, 3);
      pool_activation_dropout_forward(f, geometry, dropout, buffer_of(x), buffer_of(y));

      at::Tensor x_reference = x.to(at::kDouble).requires_grad_();
      at::Tensor y_reference = reference(x_reference);
      if (s.pool && s.batch > 0) y_reference = at::max_pool2d(y_reference, {2, 2}, {2, 2}, {0, 0}, {1, 1}, true);
      if (s.batch > 0) {
        y_reference = y_reference * mask_of(dropout, rate, y_reference);
        y_reference.backward(y_gradient.to(at::kDouble));
      }
      at::Tensor g = y_gradient.clone();
      pool_activation_dropout_backward(f, geometry, dropout, buffer_of(x), buffer_of(g));
      if (s.batch == 0) continue;
      EXPECT_TRUE(at::allclose(y.to(at::kDouble), y_reference, 1e-6, 1e-6));
      EXPECT_TRUE(at::allclose(x.to(at::kDouble), x_reference.grad(), 1e-5, 5e-6));
    }
  }
}

// From the winners alone: the images are another's by then.
void expect_the_same_from_kept_winners(const activation::Activation& f, const Shape& s, at::ScalarType type,
                                       double rate) {
  const PoolGeometry geometry{s.batch, s.side, s.channels, s.pool};
  const StepState step{.seed = 3, .iteration = 7, .learning_rate = 0};
  const Dropout dropout{&step, 2, rate};
  const at::Tensor x = random_images(s, 1).to(type), overwritten = random_images(s, 4).to(type);
  const Shape out{s.batch, geometry.pooled_side(), s.channels, false};
  const at::Tensor y_gradient = random_images(out, 2).to(type);
  const at::Tensor y = at::zeros_like(y_gradient), y_kept = at::zeros_like(y_gradient);
  const at::Tensor winners = at::zeros_like(y), places = at::zeros_like(y, at::kByte);
  const PoolWinners kept{buffer_of(winners), places.data_ptr<std::uint8_t>()};
  pool_activation_dropout_forward(f, geometry, dropout, buffer_of(x), buffer_of(y));
  pool_activation_dropout_forward(f, geometry, dropout, buffer_of(x), buffer_of(y_kept), &kept);
  EXPECT_TRUE(at::equal(y_kept, y));
  pool_activation_dropout_backward(f, geometry, dropout, buffer_of(x), buffer_of(y_gradient));
  pool_activation_dropout_backward(f, geometry, dropout, buffer_of(overwritten), buffer_of(y_gradient), &kept);
  EXPECT_TRUE(at::equal(overwritten, x));
}

TEST_P(PoolActivationDropout, IsTheSameBackwardsFromKeptWinners) {
  const activation::Activation f = activation::parse(GetParam());
  for (const Shape& s : shapes) {
    for (double rate : {0.0, 0.3}) {
      SCOPED_TRACE(testing::Message() << "batch " << s.batch << " side " << s.side << " channels " << s.channels
                                      << " pool " << s.pool << " rate " << rate);
      expect_the_same_from_kept_winners(f, s, at::kFloat, rate);
      expect_the_same_from_kept_winners(f, s, at::kBFloat16, rate);
    }
  }
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& [name, function] : references()) all.push_back(name);
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, PoolActivationDropout, testing::ValuesIn(names()), test_name);

TEST(References, CoverEveryActivationOfTheTable) {
  for (const auto& row : activation::table())
    EXPECT_TRUE(references().contains(std::string(row.name))) << row.name;
}

// bfloat16 images round once on the way out: half a unit in the last of 8 bits.
TEST(PoolActivationDropoutInBfloat16, RoundsOnlyTheResult) {
  const Shape s{2, 5, 20, true};
  const PoolGeometry geometry{s.batch, s.side, s.channels, s.pool};
  const activation::Activation f = activation::parse("elu");
  const StepState step{.seed = 3, .iteration = 0, .learning_rate = 0};
  const Dropout dropout{&step, 0, 0.5};
  at::Tensor x = random_images(s, 1).to(at::kBFloat16);
  at::Tensor exact_x = x.to(at::kFloat);
  at::Tensor y = random_images({2, 3, 20, false}, 2).to(at::kBFloat16);
  at::Tensor exact_y = y.to(at::kFloat);
  at::Tensor gradient = y.clone();
  at::Tensor exact_gradient = gradient.to(at::kFloat);
  pool_activation_dropout_forward(f, geometry, dropout, buffer_of(x), buffer_of(y));
  pool_activation_dropout_forward(f, geometry, dropout, buffer_of(exact_x), buffer_of(exact_y));
  EXPECT_TRUE(at::equal(y, exact_y.to(at::kBFloat16)));
  pool_activation_dropout_backward(f, geometry, dropout, buffer_of(x), buffer_of(gradient));
  pool_activation_dropout_backward(f, geometry, dropout, buffer_of(exact_x), buffer_of(exact_gradient));
  EXPECT_TRUE(at::equal(x, exact_x.to(at::kBFloat16)));
}

TEST(MaxPool, KeepsNanWhereverItIs) {
  for (std::int64_t place = 0; place < 4; ++place) {
    at::Tensor x = at::ones({1, 2, 2, 1}, at::kFloat);
    x.view({4})[place] = std::numeric_limits<float>::quiet_NaN();
    at::Tensor y = at::zeros({1, 1, 1, 1}, at::kFloat);
    pool_activation_dropout_forward(activation::Relu{}, {1, 2, 1, true}, {nullptr, 0, 0}, buffer_of(x),
                                    buffer_of(y));
    EXPECT_TRUE(std::isnan(y.item<float>())) << place;
  }
}

// At an overhanging window the pixels outside repeat the first one; its gradient must not be lost among them.
TEST(MaxPool, GivesTheGradientToANanAtTheBorder) {
  at::Tensor x = at::full({1, 1, 1, 1}, std::numeric_limits<float>::quiet_NaN());
  at::Tensor gradient = at::ones({1, 1, 1, 1}, at::kFloat);
  pool_activation_dropout_backward(activation::Elu{}, {1, 1, 1, true}, {nullptr, 0, 0}, buffer_of(x),
                                   buffer_of(gradient));
  EXPECT_TRUE(std::isnan(x.item<float>()));
}

// n draws at rate p: the number dropped has deviation sqrt(n p (1 - p)); five are allowed.
TEST(DropoutMask, DropsAtItsRateAndScalesTheRest) {
  const std::int64_t n = 100000;
  at::Tensor x = at::ones({1, 1, 1, n}, at::kFloat);
  at::Tensor y = at::zeros({1, 1, 1, n}, at::kFloat);
  const StepState step{.seed = 1, .iteration = 0, .learning_rate = 0};
  pool_activation_dropout_forward(activation::Identity{}, {1, 1, n, false}, {&step, 0, 0.3}, buffer_of(x),
                                  buffer_of(y));
  const double dropped = (y == 0).sum().item<double>();
  EXPECT_NEAR(dropped, 0.3 * static_cast<double>(n), 5 * std::sqrt(static_cast<double>(n) * 0.3 * 0.7));
  EXPECT_FLOAT_EQ(y.max().item<float>(), static_cast<float>(1 / 0.7));
}

}  // namespace
}  // namespace elubench::kernel
