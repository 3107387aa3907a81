#include "random/philox.h"

#include <cmath>
#include <numbers>

namespace elubench::random {

std::array<double, 2> normal_pair(Block block) {
  const double radius = std::sqrt(-2.0 * std::log(uniform_positive(block.word[0], block.word[1])));
  const double angle = 2.0 * std::numbers::pi * uniform_positive(block.word[2], block.word[3]);
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

}  // namespace elubench::random
