#include "activation/activation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "activation/table.h"

namespace elubench::activation {
namespace {

// 1,000 points: dense around 0, the kinks at -3, -1, 0 and 3 themselves, and large magnitudes up to 1e4.
std::vector<double> points() {
  std::vector<double> xs{-3, -1, 0, 3, -0.0};
  while (xs.size() < 600) xs.push_back(-8 + 16 * static_cast<double>(xs.size() - 5) / 594 + 1e-3);
  for (int i = 0; xs.size() < 1000; ++i) {
    const double magnitude = std::pow(10.0, -6 + 10.0 * i / 199);
    xs.push_back(magnitude);
    xs.push_back(-magnitude);
  }
  return xs;
}

// Every function, at its default parameters and at others.
std::vector<Activation> functions() {
  std::vector<Activation> all;
  for (const Row& row : table()) all.push_back(parse(row.name));
  for (const char* text :
       {"elu(alpha=0)", "elu(alpha=0.1)", "elu(alpha=3)", "leaky_relu(slope=0)", "leaky_relu(slope=0.3)",
        "celu(alpha=0.5)", "celu(alpha=2)", "softplus(beta=3)", "squareplus(b=0.25)"}) {
    all.push_back(parse(text));
  }
  return all;
}

class Functions : public testing::TestWithParam<Activation> {
 protected:
  template <class T>
  T value(T x) const {
    return std::visit([x](const auto& f) { return f.value(x); }, GetParam());
  }
  template <class T>
  T derivative(T x) const {
    return std::visit([x](const auto& f) { return f.derivative(x); }, GetParam());
  }
  bool monotone() const {
    return std::visit([](const auto& f) { return f.monotone; }, GetParam());
  }
};

// A step for differences at x: small against x, and so small that they reach over no kink, but for one at x
// itself.
double step_at(double x) {
  double step = 1e-5 * std::max(1.0, std::abs(x));
  for (double kink : {-3.0, -1.0, 0.0, 3.0}) {
    if (x != kink) step = std::min(step, std::abs(x - kink) / 4);
  }
  return step;
}

// Differences to the left, of second order: at a kink the derivative is the left one. With step h the truncation
// error is about h^2 |f'''|, the rounding error at most 4 * 2^-53 |f| / h.
TEST_P(Functions, DerivativeIsTheLimitOfDifferences) {
  for (double x : points()) {
    const double h = step_at(x);
    const double left = (3 * value(x) - 4 * value(x - h) + value(x - 2 * h)) / (2 * h);
    EXPECT_NEAR(derivative(x), left, 1e-8) << to_text(GetParam()) << " at " << x;
  }
}

// A value is as exact as if x had been rounded a few times on the way: relative to the value, however small it is,
// and to what a relative change of x changes in it. Below 1e-37 float's exp() ends. A derivative may be a
// difference of terms of the order of 1 (of 10 in gelu_tanh), whose rounding stays.
TEST_P(Functions, FloatAgreesWithDouble) {
  constexpr double rounding = 0x1p-24;
  for (double point : points()) {
    const float x = static_cast<float>(point);
    const double at = static_cast<double>(x);
    const double sensitivity = std::abs(at * derivative(at));
    EXPECT_NEAR(value(x), value(at),
                8 * rounding * (std::abs(value(at)) + sensitivity) + 1e-37 * std::max(1.0, std::abs(at)))
        << to_text(GetParam()) << " at " << x;
    EXPECT_NEAR(derivative(x), derivative(at), 32 * rounding * std::max(1.0, std::abs(derivative(at))))
        << to_text(GetParam()) << " derivative at " << x;
  }
}

TEST_P(Functions, KeepNan) {
  EXPECT_TRUE(std::isnan(value(std::nan("")))) << to_text(GetParam());
  EXPECT_TRUE(std::isnan(value(std::nanf("")))) << to_text(GetParam());
}

TEST_P(Functions, AreMonotoneWhereTheySaySo) {
  bool falls = false;
  for (double x = -20; x < 20; x += 1e-3) falls = falls || value(x + 1e-3) < value(x) - 1e-15;
  EXPECT_EQ(monotone(), !falls) << to_text(GetParam());
}

TEST_P(Functions, HaveTheirLimitsAndLipschitzConstant) {
  const auto [below, above, lipschitz] = std::visit(
      [](const auto& f) {
        return std::array{f.limit_below(), f.limit_above(), f.lipschitz()};
      },
      GetParam());
  const auto expect_limit = [&](double limit, double far, double farther) {
    if (std::isinf(limit)) {
      EXPECT_GT(std::abs(farther), 5 * std::abs(far));
      EXPECT_EQ(std::signbit(farther), std::signbit(limit));
    } else {
      EXPECT_NEAR(farther, limit, 1e-4);
    }
  };
  expect_limit(below, value(-1e4), value(-1e5));
  expect_limit(above, value(1e4), value(1e5));
  double steepest = 0;
  for (double x = -20; x < 20; x += 1e-3) steepest = std::max(steepest, std::abs(derivative(x)));
  // The grid misses a supremum that is reached at infinity or between two points.
  EXPECT_LE(steepest, lipschitz + 1e-8) << to_text(GetParam());
  EXPECT_GE(steepest, lipschitz * 0.99) << to_text(GetParam());
}

std::string test_name(const testing::TestParamInfo<Activation>& info) {
  std::string name = to_text(info.param);
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Functions, testing::ValuesIn(functions()), test_name);

// Values worked out by hand or from tables, so that a wrong formula whose derivative fits is found too.
TEST(KnownValues, Match) {
  const auto value = [](const char* text, double x) {
    return std::visit([x](const auto& f) { return f.value(x); }, parse(text));
  };
  EXPECT_DOUBLE_EQ(value("elu", -1), std::exp(-1.0) - 1);
  EXPECT_DOUBLE_EQ(value("elu(alpha=2)", -1), 2 * (std::exp(-1.0) - 1));
  EXPECT_DOUBLE_EQ(value("elu", 2.5), 2.5);
  EXPECT_DOUBLE_EQ(value("shifted_relu", -3), -1);
  EXPECT_DOUBLE_EQ(value("leaky_relu", -3), -0.3);
  EXPECT_NEAR(value("selu", -1), -1.1113307378125625, 1e-15);
  EXPECT_NEAR(value("gelu", 1), 0.8413447460685429, 1e-15);
  EXPECT_NEAR(value("gelu_tanh", 1), 0.8411919906082768, 1e-15);
  EXPECT_NEAR(value("silu", 1), 0.7310585786300049, 1e-15);
  EXPECT_NEAR(value("mish", 1), 0.8650983882673103, 1e-15);
  EXPECT_NEAR(value("softplus", 0), 0.6931471805599453, 1e-15);
  EXPECT_NEAR(value("softsign", -3), -0.75, 1e-15);
  EXPECT_NEAR(value("tanh", 0.5), 0.46211715726000975, 1e-15);
  EXPECT_NEAR(value("hard_swish", 1), 4.0 / 6, 1e-15);
  EXPECT_NEAR(value("squareplus", 0), 1, 1e-15);
  EXPECT_NEAR(value("celu(alpha=2)", -2), 2 * (std::exp(-1.0) - 1), 1e-15);
}

}  // namespace
}  // namespace elubench::activation
