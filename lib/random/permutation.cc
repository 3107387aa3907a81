#include "random/permutation.h"

#include <numeric>
#include <utility>

#include "random/philox.h"

namespace elubench::random {

std::vector<std::int64_t> permutation(std::uint64_t seed, std::uint32_t epoch, std::int64_t size) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(size));
  std::iota(order.begin(), order.end(), 0);
  const Stream stream{seed, Purpose::data_order, 0, epoch};
  for (std::size_t last = order.size(); last > 1; --last) {
    const std::uint32_t chosen = below(static_cast<std::uint32_t>(last), stream.word(last));
    std::swap(order[chosen], order[last - 1]);
  }
  return order;
}

}  // namespace elubench::random
