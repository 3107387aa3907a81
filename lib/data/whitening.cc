#include "data/whitening.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <optional>

#include "base/interrupt.h"
#include "base/parallel.h"

namespace elubench::data {
namespace {

constexpr std::int64_t chunk_rows = 4000;  // 98 MB of CIFAR in double
constexpr std::int64_t block_rows = 250;   // of one matrix product

// A product's rounding depends on how many threads share it. So each is cut into blocks of fixed size, which one
// thread computes: the images are then the same however many threads prepared them.
template <class Body>
void for_each_block(std::int64_t rows, const Body& body) {
  const std::int64_t blocks = (rows + block_rows - 1) / block_rows;
  std::optional<SingleThread> only_one;  // which parallel_for leaves to this thread, and the product to all
  if (blocks == 1) only_one.emplace();
  parallel_for(0, blocks, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t block = first; block < last; ++block) {
      body(block * block_rows, std::min(block_rows, rows - block * block_rows));
    }
  });
}

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
    for_each_block(products.size(0), [&](std::int64_t first, std::int64_t count) {
      products.narrow(0, first, count).addmm_(chunk.narrow(1, first, count).t(), chunk);
    });
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
  const at::Tensor covariance = covariance_of(rows, mean, parameters);
  const SingleThread same_rounding_everywhere;
  const auto [eigenvalues, eigenvectors] = at::linalg_eigh(covariance);
  const at::Tensor projection = at::mm(eigenvectors * eigenvalues.rsqrt(), eigenvectors.t());
  return {parameters, mean, projection.to(at::kFloat)};
}

at::Tensor whitened(const Whitening& whitening, const at::Tensor& rows) {
  at::Tensor result = at::empty(rows.sizes(), at::kFloat);
  std::int64_t done = 0;
  for_each_chunk(rows, whitening.parameters, [&](const at::Tensor& chunk) {
    at::Tensor part = result.narrow(0, done, chunk.size(0));
    const at::Tensor centred = (chunk - whitening.mean).to(at::kFloat);
    for_each_block(chunk.size(0), [&](std::int64_t first, std::int64_t count) {
      at::Tensor block = part.narrow(0, first, count);
      at::mm_out(block, centred.narrow(0, first, count), whitening.projection);
    });
    done += chunk.size(0);
  });
  return result;
}

}  // namespace elubench::data
