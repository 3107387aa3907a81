#include "data/whitening.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/parallel.h"

namespace elubench::data {
namespace {

// whitening_golden.json was computed by whitening_golden.py with numpy, by singular values and not by eigenvalues.
const nlohmann::json& golden() {
  static const nlohmann::json content = [] {
    std::ifstream file(ELUBENCH_SOURCE_DIR "/lib/data/whitening_golden.json");
    return nlohmann::json::parse(file);
  }();
  return content;
}

at::Tensor matrix(const std::string& name) {
  std::vector<at::Tensor> rows;
  for (const auto& row : golden().at(name))
    rows.push_back(at::tensor(row.get<std::vector<double>>(), at::kDouble));
  return at::stack(rows);
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b).abs().max().item<double>();
}

at::Tensor pixels() { return matrix("pixels").to(at::kByte); }

TEST(Whitening, ContrastNormalizationIsNumpys) {
  EXPECT_LT(largest_difference(contrast_normalized(pixels(), {}), matrix("contrast_normalized")), 1e-12);
}

TEST(Whitening, RowWithoutContrastBecomesZeros) {
  EXPECT_EQ(contrast_normalized(at::full({1, 12}, 77, at::kByte), {}).abs().max().item<double>(), 0);
}

TEST(Whitening, MeanAndProjectionAreNumpys) {
  const Whitening whitening = fit_whitening(pixels(), {});
  const auto mean = at::tensor(golden().at("mean").get<std::vector<double>>(), at::kDouble);
  EXPECT_LT(largest_difference(whitening.mean, mean), 1e-12);
  EXPECT_LT(largest_difference(whitening.projection, matrix("projection")),
            1e-7);  // float's rounding, values below 1
}

TEST(Whitening, WhitenedRowsAreNumpys) {
  const at::Tensor result = whitened(fit_whitening(pixels(), {}), pixels());
  EXPECT_EQ(result.scalar_type(), at::kFloat);
  EXPECT_LT(largest_difference(result, matrix("whitened")), 1e-5);
}

class WhiteningOfRows : public ::testing::TestWithParam<std::int64_t> {};

TEST_P(WhiteningOfRows, DoesNotDependOnTheNumberOfThreads) {
  const std::int64_t count = GetParam();
  const at::Tensor rows =
      (at::arange(count * 600, at::kLong) * 2654435761 / 65536).remainder(256).view({count, 600});
  const auto with_threads = [&](int threads) {
    set_thread_count(threads);
    const Whitening whitening = fit_whitening(rows, {});
    const at::Tensor result = whitened(whitening, rows);
    set_thread_count(1);
    return std::array{whitening.mean, whitening.projection, result};
  };
  const auto one = with_threads(1);
  for (const int threads : {2, 3}) {
    const auto several = with_threads(threads);
    for (std::size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(at::equal(one[i], several[i])) << threads << " " << i;
  }
}

// Several blocks of rows, one of them cut short; a single one, which MKL rounds otherwise with two threads.
INSTANTIATE_TEST_SUITE_P(SeveralBlocksAndOne, WhiteningOfRows, ::testing::Values(700, 10));

// More rows than are taken at a time; with hardly any regularization the covariance becomes the identity.
TEST(Whitening, WhitenedCovarianceIsTheIdentity) {
  const at::Tensor base = at::arange(9001 * 6, at::kDouble).view({9001, 6});
  const at::Tensor rows = (base * 0.7548776662).frac() + (base * 0.5698402910).frac().cumsum(1);
  WhiteningParameters parameters;
  parameters.regularization = 1e-4;  // small beside the variances, large beside float's rounding
  const at::Tensor result = whitened(fit_whitening(rows, parameters), rows).to(at::kDouble);
  const at::Tensor covariance = at::mm(result.t(), result) / 9001;
  // Contrast normalisation takes away the mean of a row, so one of the six directions has no variance.
  const at::Tensor expected = at::eye(6, at::kDouble) - 1.0 / 6;
  EXPECT_LT(largest_difference(covariance, expected), 1e-3);
}

}  // namespace
}  // namespace elubench::data
