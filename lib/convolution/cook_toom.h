// The matrices of the minimal filtering algorithm F(m, r): m outputs of a correlation with r taps from m + r - 1
// products (Winograd 1980; Lavin and Gray 2016, "Fast algorithms for convolutional neural networks", equation 8):
//
//   y = A^T [(G g) * (B^T d)]
//
// by Cook and Toom's construction from m + r - 2 points and the point at infinity.
#pragma once

#include <array>
#include <cstddef>

namespace elubench::convolution {

template <int rows, int columns>
using Matrix = std::array<std::array<double, columns>, rows>;

// Pairs x and -x, and 0 where the number is odd: fractions of few binary digits that add about the least rounding,
// but 1 and -1, which cost no multiplication, where these are enough. How much they add: cook_toom_test.cc.
template <std::size_t count>
constexpr std::array<double, count> interpolation_points() {
  if constexpr (count == 2) return {1, -1};
  if constexpr (count == 3) return {0, 1, -1};
  if constexpr (count == 4) return {0.375, -0.375, 1.25, -1.25};
  if constexpr (count == 5) return {0, 0.625, -0.625, 1.5, -1.5};
}

template <int outputs, int taps>
struct CookToom {
  static constexpr int m = outputs;
  static constexpr int r = taps;
  static constexpr int n = m + r - 1;  // products, and inputs
  static constexpr std::array<double, n - 1> points = interpolation_points<n - 1>();

  static constexpr double point(int i) { return points[static_cast<std::size_t>(i)]; }

  static constexpr double power(double x, int exponent) {
    double result = 1;
    for (int i = 0; i < exponent; ++i) result *= x;
    return result;
  }

  // Of the product of (x - point) over all points but `without`: coefficients from x^0 up.
  static constexpr std::array<double, n> polynomial(int without) {
    std::array<double, n> coefficients{1};
    int degree = 0;
    for (int l = 0; l < n - 1; ++l) {
      if (l == without) continue;
      ++degree;
      for (int k = degree; k >= 0; --k) {
        const double above = k > 0 ? coefficients[static_cast<std::size_t>(k - 1)] : 0;
        coefficients[static_cast<std::size_t>(k)] = above - point(l) * coefficients[static_cast<std::size_t>(k)];
      }
    }
    return coefficients;
  }

  // m x n
  static constexpr Matrix<m, n> output_matrix() {
    Matrix<m, n> matrix{};
    for (int i = 0; i < m; ++i) {
      for (int j = 0; j < n - 1; ++j) at(matrix, i, j) = power(point(j), i);
    }
    at(matrix, m - 1, n - 1) = 1;
    return matrix;
  }

  // n x r
  static constexpr Matrix<n, r> weight_matrix() {
    Matrix<n, r> matrix{};
    for (int j = 0; j < n - 1; ++j) {
      double divisor = 1;
      for (int l = 0; l < n - 1; ++l) divisor *= l == j ? 1 : point(j) - point(l);
      for (int k = 0; k < r; ++k) at(matrix, j, k) = power(point(j), k) / divisor;
    }
    at(matrix, n - 1, r - 1) = 1;
    return matrix;
  }

  // n x n
  static constexpr Matrix<n, n> input_matrix() {
    Matrix<n, n> matrix{};
    for (int j = 0; j < n; ++j) matrix[static_cast<std::size_t>(j)] = polynomial(j < n - 1 ? j : n);
    return matrix;
  }

  template <std::size_t rows, std::size_t columns>
  static constexpr double& at(std::array<std::array<double, columns>, rows>& matrix, int i, int j) {
    return matrix[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
  }
};

template <std::size_t rows, std::size_t columns>
constexpr auto transposed(const std::array<std::array<double, columns>, rows>& matrix) {
  std::array<std::array<double, rows>, columns> result{};
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) result[j][i] = matrix[i][j];
  }
  return result;
}

}  // namespace elubench::convolution
