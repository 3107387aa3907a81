#include "convolution/cook_toom.h"

#include <gtest/gtest.h>

#include <cmath>

namespace elubench::convolution {
namespace {

template <int m, int r>
struct Form {
  using F = CookToom<m, r>;
  static constexpr auto A = F::output_matrix();
  static constexpr auto G = F::weight_matrix();
  static constexpr auto B = F::input_matrix();

  // Output i of weight k alone and input l alone.
  static double response(std::size_t i, std::size_t k, std::size_t l) {
    double sum = 0;
    for (std::size_t j = 0; j < F::n; ++j) sum += A[i][j] * G[j][k] * B[j][l];
    return sum;
  }

  // How large the mean square of the outputs' rounding is where both factors of each product are rounded, of
  // random numbers, beside that of direct sums of such products.
  static double rounding() {
    const auto square_sum = [](const auto& row) {
      double sum = 0;
      for (const double x : row) sum += x * x;
      return sum;
    };
    double sum = 0;
    for (const auto& row : A) {
      for (std::size_t j = 0; j < F::n; ++j) sum += row[j] * row[j] * square_sum(G[j]) * square_sum(B[j]);
    }
    return sum / (m * r);
  }

  static void expect_correlation() {
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t k = 0; k < r; ++k) {
        for (std::size_t l = 0; l < F::n; ++l) {
          EXPECT_NEAR(response(i, k, l), i + k == l ? 1 : 0, 1e-14) << i << ' ' << k << ' ' << l;
        }
      }
    }
  }
};

TEST(CookToom, IsACorrelation) {
  Form<2, 2>::expect_correlation();
  Form<3, 2>::expect_correlation();
  Form<4, 2>::expect_correlation();
  Form<2, 3>::expect_correlation();
  Form<4, 3>::expect_correlation();
}

// In each of two directions: tiles as high as wide multiply the roots of mean squares by these figures, others by
// the root of the product of two. By them winograd_rounding and bf16_winograd_error were chosen (convolution.h).
TEST(CookToom, AddsLittleRounding) {
  EXPECT_NEAR((Form<2, 2>::rounding()), 1.50, 0.005);
  EXPECT_NEAR((Form<3, 2>::rounding()), 1.67, 0.005);
  EXPECT_NEAR((Form<4, 2>::rounding()), 2.81, 0.005);
  EXPECT_NEAR((Form<2, 3>::rounding()), 1.67, 0.005);
  EXPECT_NEAR((Form<4, 3>::rounding()), 4.78, 0.005);
  EXPECT_NEAR((std::sqrt(Form<2, 2>::rounding() * Form<4, 2>::rounding())), 2.05, 0.005);
}

}  // namespace
}  // namespace elubench::convolution
