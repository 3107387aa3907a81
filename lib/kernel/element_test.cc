// What a GPU's threads would do, run on the host over the same index space, against the host's own kernels, which
// other tests hold against LibTorch.
#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "activation/table.h"
#include "kernel/gather_augment_element.h"
#include "kernel/momentum_update_element.h"
#include "kernel/pool_activation_dropout_element.h"
#include "kernel/softmax_cross_entropy.h"
#include "kernel/softmax_cross_entropy_block.h"
#include "kernel/statistics_element.h"
#include "kernel/tensor_buffer.h"

namespace elubench::kernel {
namespace {

at::Tensor noise(std::vector<std::int64_t> shape, std::uint32_t part, at::ScalarType type = at::kFloat) {
  at::Tensor values = at::empty(shape, at::kFloat);
  const random::Stream stream{6, random::Purpose::synthetic_data, part, 0};
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    values.data_ptr<float>()[i] =
        static_cast<float>(2.5 * random::normal_pair(stream.block(static_cast<std::uint64_t>(i)))[0]);
  }
  return values.to(type);
}

// Backwards, as nothing may depend on the order of a GPU's threads.
template <class Body>
void for_each_element(std::int64_t count, const Body& body) {
  for (std::int64_t i = count - 1; i >= 0; --i) body(i);
}

template <class Body>
void for_each_image_element(std::int64_t images, std::uint32_t elements, const Body& body) {
  for (std::int64_t image = images - 1; image >= 0; --image) {
    for (std::uint32_t element = elements; element-- > 0;) body(image, element);
  }
}

template <class Program>
void run_program(const Program& program) {
  const auto shared = std::make_unique<typename Program::Shared>();
  for (std::int64_t round = 0; round < program.rounds(); ++round) {
    for (int phase = 0; phase < Program::phases; ++phase) {
      for (int thread = Program::threads - 1; thread >= 0; --thread) program.run(phase, round, thread, *shared);
    }
  }
}

struct PoolCase {
  PoolGeometry geometry;
  double rate;
};

// Channels that are a multiple of four and not, fewer than four, odd sides, no image.
const std::vector<PoolCase> pool_cases{{{2, 8, 16, true}, 0.3},  {{3, 7, 5, true}, 0.3},   {{1, 1, 3, true}, 0},
                                       {{2, 3, 100, true}, 0.5}, {{2, 4, 260, true}, 0.1}, {{1, 3, 300, true}, 0},
                                       {{2, 4, 7, false}, 0.3},  {{1, 1, 67, false}, 0},   {{0, 4, 8, true}, 0.3},
                                       {{2, 2, 12, false}, 0.4}};

template <class T>
void expect_same_pools(const activation::Activation& activation, const PoolCase& c, at::ScalarType type) {
  const PoolGeometry& g = c.geometry;
  const StepState step{.seed = 5, .iteration = 9, .learning_rate = 0};
  const Dropout dropout{&step, 3, c.rate};
  const at::Tensor x = noise({g.batch, g.side, g.side, g.channels}, 1, type);
  const at::Tensor gradient = noise({g.batch, g.pooled_side(), g.pooled_side(), g.channels}, 2, type);
  const at::Tensor y = at::zeros_like(gradient);
  const at::Tensor y_host = at::zeros_like(gradient);
  const at::Tensor x_gradient = x.clone();
  const at::Tensor x_gradient_host = x.clone();
  pool_activation_dropout_forward(activation, g, dropout, buffer_of(x), buffer_of(y_host));
  pool_activation_dropout_backward(activation, g, dropout, buffer_of(x_gradient_host), buffer_of(gradient));
  std::visit(
      [&]<class F>(const F& f) {
        const auto t = [](const at::Tensor& tensor) { return buffer_of(tensor).as<T>(); };
        const auto run = [&]<bool pools>() {
          for_each_image_element(g.batch, pool_elements<T>(g),
                                 PoolForward<pools, F, T>{f, g, dropout, t(x), t(y)});
          for_each_image_element(g.batch, pool_elements<T>(g),
                                 PoolBackward<pools, F, T>{f, g, dropout, t(x_gradient), t(gradient)});
        };
        g.pool ? run.template operator()<true>() : run.template operator()<false>();
      },
      activation);
  // The compiler may contract multiplications and additions of one and not of the other.
  const double tolerance = type == at::kFloat ? 1e-6 : 1e-2;
  EXPECT_TRUE(at::allclose(y.to(at::kFloat), y_host.to(at::kFloat), tolerance, 1e-6));
  EXPECT_TRUE(at::allclose(x_gradient.to(at::kFloat), x_gradient_host.to(at::kFloat), tolerance, 1e-6));
}

TEST(PoolElements, DoWhatTheHostDoes) {
  for (const auto& row : activation::table()) {
    const activation::Activation f = activation::parse(std::string(row.name));
    for (const PoolCase& c : pool_cases) {
      SCOPED_TRACE(testing::Message() << row.name << " side " << c.geometry.side << " channels "
                                      << c.geometry.channels << " pool " << c.geometry.pool);
      expect_same_pools<float>(f, c, at::kFloat);
      expect_same_pools<Bfloat16>(f, c, at::kBFloat16);
    }
  }
}

// Where nothing is read and written, positions beyond 2^31 elements can be checked.
TEST(PoolWindow, IsRightBeyond32Bits) {
  const PoolGeometry g{1000, 64, 1000, true};
  const Window window = window_at(g, 999, 31, 31);
  EXPECT_EQ(window.pixel[0], std::int64_t{((999LL * 64 + 62) * 64 + 62) * 1000});
  EXPECT_EQ(window.pixel[3], std::int64_t{((999LL * 64 + 63) * 64 + 63) * 1000});
}

TEST(MaxPoolElements, KeepNanWhereverItIs) {
  for (std::int64_t place = 0; place < 4; ++place) {
    const at::Tensor x = at::ones({2, 2, 4}, at::kFloat);
    x.view({4, 4})[place][1] = std::numeric_limits<float>::quiet_NaN();
    const at::Tensor y = at::zeros({4}, at::kFloat);
    PoolForward<true, activation::Relu, float>{
        {}, {1, 2, 4, true}, {nullptr, 0, 0}, x.const_data_ptr<float>(), y.data_ptr<float>()}(0, 0);
    EXPECT_TRUE(std::isnan(y[1].item<float>())) << place;
    EXPECT_EQ(y[0].item<float>(), 1);
  }
}

template <class T>
void expect_same_losses(at::ScalarType type, double tolerance) {
  for (const std::int64_t rows : {1, 7, 100, 300}) {
    for (const std::int64_t classes : {3, 10, 100}) {
      SCOPED_TRACE(testing::Message() << rows << " rows, " << classes << " classes");
      const at::Tensor logits = noise({rows, classes}, 1, type);
      const at::Tensor host = logits.clone();
      const at::Tensor labels = at::arange(rows, at::kLong) * 13 % classes;
      const std::int64_t* const label = labels.const_data_ptr<std::int64_t>();
      const std::int64_t valid = rows == 300 ? 200 : rows;
      LossTotals totals{1.5, 2, 3};
      LossTotals totals_host = totals;
      softmax_cross_entropy(buffer_of(host), rows, classes, label, valid, 0.25, &totals_host);
      run_program(
          SoftmaxCrossEntropyBlock<T>{buffer_of(logits).as<T>(), label, &totals, rows, classes, valid, 0.25f});
      EXPECT_NEAR(totals.loss, totals_host.loss, 1e-6 * totals_host.loss);
      EXPECT_EQ(totals.wrong, totals_host.wrong);
      EXPECT_EQ(totals.images, totals_host.images);
      EXPECT_TRUE(at::allclose(logits.to(at::kFloat), host.to(at::kFloat), tolerance, 1e-7));
    }
  }
}

// The block computes exp and log in float.
TEST(SoftmaxCrossEntropyBlock, DoesWhatTheHostDoes) {
  expect_same_losses<float>(at::kFloat, 1e-5);
  expect_same_losses<Bfloat16>(at::kBFloat16, 1e-2);
}

TEST(SoftmaxCrossEntropyBlock, TakesTheFirstOfEqualLogitsAndCountsWhatIsNotFiniteAsWrong) {
  const float infinity = std::numeric_limits<float>::infinity();
  const at::Tensor logits = at::zeros({4, 40}, at::kFloat);
  logits[1][3] = std::nanf("");
  logits[2][7] = infinity;
  logits[3].fill_(-infinity);
  const at::Tensor labels = at::tensor({0, 0, 7, 0}, at::kLong);
  std::vector<std::int64_t> wrong;
  std::vector<bool> finite;
  for (std::int64_t row = 0; row < 4; ++row) {
    LossTotals totals;
    run_program(SoftmaxCrossEntropyBlock<float>{
        logits.data_ptr<float>() + 40 * row, labels.const_data_ptr<std::int64_t>() + row, &totals, 1, 40, 1, 0});
    wrong.push_back(totals.wrong);
    finite.push_back(totals.finite());
  }
  EXPECT_EQ(wrong, (std::vector<std::int64_t>{0, 1, 1, 1}));
  EXPECT_EQ(finite, (std::vector<bool>{true, false, false, false}));
}

TEST(MomentumElements, DoWhatTheHostDoes) {
  const std::int64_t n = 1003;
  const StepState step{.seed = 1, .iteration = 3, .learning_rate = 0.01};
  const LossTotals totals;
  const at::Tensor gradient = noise({n}, 3);
  at::Tensor w = noise({n}, 1), v = noise({n}, 2), copy = at::zeros({n}, at::kBFloat16);
  const at::Tensor w_host = w.clone(), v_host = v.clone(), copy_host = copy.clone();
  const MomentumRule rule{0.9, 0.0005};
  momentum_update(rule, &step, &totals, n, buffer_of(w_host), buffer_of(v_host), buffer_of(gradient),
                  buffer_of(copy_host));
  for_each_element(n, MomentumElement<Bfloat16>{rule, &step, &totals, w.data_ptr<float>(), v.data_ptr<float>(),
                                                gradient.const_data_ptr<float>(), buffer_of(copy).as<Bfloat16>()});
  EXPECT_TRUE(at::allclose(w, w_host, 1e-6, 1e-7));
  EXPECT_TRUE(at::allclose(v, v_host, 1e-6, 1e-7));
  EXPECT_TRUE(at::equal(copy, w.to(at::kBFloat16)));
}

TEST(MomentumElements, LeaveAllAsItIsAfterALossThatIsNotFinite) {
  const StepState step{.seed = 1, .iteration = 3, .learning_rate = 0.01};
  const LossTotals totals{std::nan(""), 0, 0};
  at::Tensor w = noise({20}, 1), v = noise({20}, 2);
  const at::Tensor gradient = noise({20}, 3);
  for_each_element(20, MomentumElement<float>{{0.9, 0.0005},
                                              &step,
                                              &totals,
                                              w.data_ptr<float>(),
                                              v.data_ptr<float>(),
                                              gradient.const_data_ptr<float>(),
                                              nullptr});
  EXPECT_TRUE(at::equal(w, noise({20}, 1)));
  EXPECT_TRUE(at::equal(v, noise({20}, 2)));
}

template <class T>
void expect_same_batch(at::ScalarType type) {
  const at::Tensor images = noise({5, 8, 8, 3}, 1);
  const at::Tensor labels = at::arange(5, at::kLong) * 7;
  const ImageSet set{{8, 3}, 5, images.const_data_ptr<float>(), labels.const_data_ptr<std::int64_t>()};
  const at::Tensor orders = at::tensor({3, 1, 0, 2, 4, 0, 4, 2, 1, 3}, at::kLong);
  const StepState step{.seed = 11, .iteration = 3, .learning_rate = 0};
  const EpochOrders epochs{orders.const_data_ptr<std::int64_t>(), 2};
  at::Tensor out = at::zeros({6, 8, 8, 3}, type);
  at::Tensor out_labels = at::zeros({6}, at::kLong);
  const at::Tensor host = out.clone(), host_labels = out_labels.clone();
  gather_training_batch(set, epochs, &step, true, 6, buffer_of(host), host_labels.data_ptr<std::int64_t>());
  for_each_image_element(
      6, 64,
      GatherPixel<TrainingChoice, T>{
          {set, epochs, &step, true, 6}, buffer_of(out).as<T>(), out_labels.data_ptr<std::int64_t>()});
  EXPECT_TRUE(at::equal(out, host));
  EXPECT_TRUE(at::equal(out_labels, host_labels));
}

TEST(GatherElements, DoWhatTheHostDoes) {
  expect_same_batch<float>(at::kFloat);
  expect_same_batch<Bfloat16>(at::kBFloat16);
}

TEST(StatisticsElements, DoWhatTheHostDoes) {
  const std::int64_t positions = 700, channels = 130, rows = 256, strips = 3;
  at::Tensor x = noise({positions, channels}, 1, at::kBFloat16);
  x.select(1, 3).fill_(-2);
  ActivationTotals host;
  add_activation_totals(activation::Relu{}, buffer_of(x), positions, channels, host);
  std::vector<ChannelTotals> totals(static_cast<std::size_t>(strips * channels));
  for_each_element(strips * channels,
                   ActivationStrip<activation::Relu, Bfloat16>{
                       {}, buffer_of(x).as<Bfloat16>(), positions, channels, rows, totals.data()});
  for_each_element(channels, ActivationStripSum{strips, channels, totals.data()});
  double sum = 0, squares = 0;
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
    sum += totals[c].sum;
    squares += totals[c].sum_of_squares;
    EXPECT_EQ(totals[c].steepest >= dead_slope, host.alive[c]) << c;
  }
  EXPECT_NEAR(sum, host.sum, 1e-9 * host.sum);
  EXPECT_NEAR(squares, host.sum_of_squares, 1e-9 * host.sum_of_squares);

  std::vector<double> partial(100);
  for_each_element(100, SquaresStrip<Bfloat16>{buffer_of(x).as<Bfloat16>(), x.numel(), 100, partial.data()});
  double total = 0;
  for (const double value : partial) total += value;
  const double expected = sum_of_squares(buffer_of(x), x.numel());
  EXPECT_NEAR(total, expected, 1e-9 * expected);
}

}  // namespace
}  // namespace elubench::kernel
