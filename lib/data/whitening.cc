#include "data/whitening.h"

#include <ATen/Functions.h>

#include <algorithm>

#include "base/interrupt.h"

namespace elubench::data {
namespace {

constexpr std::int64_t chunk_rows = 4000;  // 98 MB of CIFAR in double

// Calls body(rows) with the contrast-normalised rows, some at a time.
template <class Body>
void for_each_chunk(const at::Tensor& rows, const WhiteningParameters& parameters, const Body& body) {
  for (std::int64_t first = 0; first < rows.size(0); first += chunk_rows) {
    throw_if_interrupted();
    const std::int64_t count = std::min(chunk_rows, rows.size(0) - first);
    body(contrast_normalized(rows.narrow(0, first, count), parameters));
  }
}

at::Tensor mean_of(const at::Tensor& rows, const WhiteningParameters& parameters) {
  at::Tensor sum = at::zeros({rows.size(1)}, at::kDouble);
  for_each_chunk(rows, parameters, [&](const at::Tensor& chunk) { sum += chunk.sum(0); });
  return sum / static_cast<double>(rows.size(0));
}

// Of the centred rows: the difference of two large sums would lose digits.
at::Tensor covariance_of(const at::Tensor& rows, const at::Tensor& mean, const WhiteningParameters& parameters) {
  at::Tensor products = at::zeros({rows.size(1), rows.size(1)}, at::kDouble);
  for_each_chunk(rows, parameters, [&](at::Tensor chunk) {
    chunk -= mean;
    products.addmm_(chunk.t(), chunk);
  });
  products /= static_cast<double>(rows.size(0));
  products.diagonal().add_(parameters.regularization);
  return products;
}

}  // namespace

at::Tensor contrast_normalized(const at::Tensor& rows, const WhiteningParameters& parameters) {
  at::Tensor values = rows.to(at::kDouble);
  values = values - values.mean(1, true);
  const at::Tensor norm = values.norm(2, 1, true);
  return values.mul_(parameters.scale / norm.masked_fill(norm < parameters.smallest_norm, 1.0));
}

Whitening fit_whitening(const at::Tensor& rows, const WhiteningParameters& parameters) {
  const at::Tensor mean = mean_of(rows, parameters);
  const auto [eigenvalues, eigenvectors] = at::linalg_eigh(covariance_of(rows, mean, parameters));
  const at::Tensor projection = at::mm(eigenvectors * eigenvalues.rsqrt(), eigenvectors.t());
  return {parameters, mean, projection.to(at::kFloat)};
}

at::Tensor whitened(const Whitening& whitening, const at::Tensor& rows) {
  at::Tensor result = at::empty(rows.sizes(), at::kFloat);
  std::int64_t done = 0;
  for_each_chunk(rows, whitening.parameters, [&](const at::Tensor& chunk) {
    at::Tensor part = result.narrow(0, done, chunk.size(0));
    at::mm_out(part, (chunk - whitening.mean).to(at::kFloat), whitening.projection);
    done += chunk.size(0);
  });
  return result;
}

}  // namespace elubench::data
