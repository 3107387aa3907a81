#include "activation/math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

namespace elubench::activation::math {
namespace {

// The largest relative error of `f` against `exact`, on a grid over [first, last].
double largest_relative_error(const std::function<float(float)>& f, const std::function<double(double)>& exact,
                              double first, double last) {
  double largest = 0;
  constexpr int points = 200000;
  for (int i = 0; i <= points; ++i) {
    const float x = static_cast<float>(first + (last - first) * i / points);
    const double truth = exact(static_cast<double>(x));
    if (truth != 0) largest = std::max(largest, std::abs((static_cast<double>(f(x)) - truth) / truth));
  }
  return largest;
}

const std::function<double(double)> standard_exp = [](double x) { return std::exp(x); };
const std::function<double(double)> standard_expm1 = [](double x) { return std::expm1(x); };
const std::function<double(double)> standard_log1p = [](double x) { return std::log1p(x); };

TEST(Exp, IsAsExactAsStated) {
  const auto f = [](float x) { return exp(x); };
  EXPECT_LT(largest_relative_error(f, standard_exp, -87.3, 88.3), 1.2e-7);
  EXPECT_LT(largest_relative_error(f, standard_exp, -1e-3, 1e-3), 1.2e-7);
}

TEST(Expm1, IsAsExactAsStated) {
  const auto f = [](float x) { return expm1(x); };
  EXPECT_LT(largest_relative_error(f, standard_expm1, -87.3, 88.3), 2.4e-7);
  EXPECT_LT(largest_relative_error(f, standard_expm1, -2, 2), 2.4e-7);
  EXPECT_LT(largest_relative_error(f, standard_expm1, -1e-6, 1e-6), 2.4e-7);
}

TEST(Log1p, IsAsExactAsStated) {
  const auto f = [](float x) { return log1p(x); };
  EXPECT_LT(largest_relative_error(f, standard_log1p, 0, 1), 2.4e-7);
  EXPECT_LT(largest_relative_error(f, standard_log1p, 0, 1e-6), 2.4e-7);
}

TEST(Erfc, IsAsExactAsStated) {
  double largest = 0;
  for (double x = -12; x <= 12; x += 1e-4) {
    const float rounded = static_cast<float>(x);
    largest =
        std::max(largest, std::abs(static_cast<double>(erfc(rounded)) - std::erfc(static_cast<double>(rounded))));
  }
  EXPECT_LT(largest, 4.5e-7);
  EXPECT_TRUE(std::isnan(erfc(std::nanf(""))));
  EXPECT_EQ(erfc(-std::numeric_limits<float>::infinity()), 2.0f);
}

TEST(ExpAndExpm1, KeepTheirEndsAndNan) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(exp(0.0f), 1.0f);
  EXPECT_EQ(expm1(0.0f), 0.0f);
  EXPECT_GT(exp(infinity), 2.2e38f);
  EXPECT_EQ(exp(1000.0f), exp(infinity));
  EXPECT_LT(exp(-infinity), 1.3e-38f);
  EXPECT_EQ(expm1(-infinity), -1.0f);
  EXPECT_TRUE(std::isnan(exp(std::nanf(""))));
  EXPECT_TRUE(std::isnan(expm1(std::nanf(""))));
}

TEST(Bounds, KeepNan) {
  EXPECT_TRUE(std::isnan(at_most(std::nan(""), 1.0)));
  EXPECT_TRUE(std::isnan(at_least(std::nan(""), 1.0)));
  EXPECT_EQ(at_most(2.0, 1.0), 1.0);
  EXPECT_EQ(at_least(0.0, 1.0), 1.0);
}

}  // namespace
}  // namespace elubench::activation::math
