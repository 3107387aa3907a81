// The order in which an epoch visits the training images.
#pragma once

#include <cstdint>
#include <vector>

namespace elubench::random {

// A uniformly random permutation of 0 .. size - 1 (Fisher and Yates), a pure function of seed and epoch.
std::vector<std::int64_t> permutation(std::uint64_t seed, std::uint32_t epoch, std::int64_t size);

}  // namespace elubench::random
