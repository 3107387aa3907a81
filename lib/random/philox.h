// Counter-based random numbers: Philox 4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy
// as 1, 2, 3"). A number is a pure function of its key and counter, so there is no state to save and any element
// can be computed anywhere, on host or device, in any order.
#pragma once

#include <array>
#include <cstdint>

#include "base/host_device.h"

namespace elubench::random {

struct Block {
  std::uint32_t word[4];
};

inline constexpr int philox_rounds = 10;
inline constexpr std::uint32_t philox_multiplier0 = 0xD2511F53, philox_multiplier1 = 0xCD9E8D57;
// Added to the key in each round.
inline constexpr std::uint32_t philox_weyl0 = 0x9E3779B9, philox_weyl1 = 0xBB67AE85;

// The generator itself. `key` and `counter` as in the paper's reference implementation, low word first.
ELUBENCH_HOST_DEVICE inline Block philox(std::uint64_t key, Block counter) {
  std::uint32_t key0 = static_cast<std::uint32_t>(key);
  std::uint32_t key1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < philox_rounds; ++round) {
    const std::uint64_t product0 = std::uint64_t{philox_multiplier0} * counter.word[0];
    const std::uint64_t product1 = std::uint64_t{philox_multiplier1} * counter.word[2];
    counter = {{static_cast<std::uint32_t>(product1 >> 32) ^ counter.word[1] ^ key0,
                static_cast<std::uint32_t>(product1),
                static_cast<std::uint32_t>(product0 >> 32) ^ counter.word[3] ^ key1,
                static_cast<std::uint32_t>(product0)}};
    key0 += philox_weyl0;
    key1 += philox_weyl1;
  }
  return counter;
}

// What a random number is for. Streams of different purposes never share a counter.
enum class Purpose : std::uint32_t {
  initial_weights = 1,
  data_order = 2,
  augmentation = 3,
  dropout = 4,
  synthetic_data = 5
};

// The random numbers of one (seed, purpose, part, time): `part` tells apart what exists side by side (layers,
// classes); `time` is the iteration, the epoch, or 0. Four words for each index below 2^56.
struct Stream {
  std::uint64_t seed;
  Purpose purpose;
  std::uint32_t part;
  std::uint32_t time;

  ELUBENCH_HOST_DEVICE Block block(std::uint64_t index) const {
    return philox(seed, {{static_cast<std::uint32_t>(index),
                          (static_cast<std::uint32_t>(purpose) << 24) | static_cast<std::uint32_t>(index >> 32),
                          part, time}});
  }

  // One 32-bit number for each index: the words of the blocks in turn.
  ELUBENCH_HOST_DEVICE std::uint32_t word(std::uint64_t index) const { return block(index / 4).word[index % 4]; }
};

// words[4 b + w] = stream.block(first + b).word[w] for b < count, several blocks at a time. On the host.
void draw_blocks(const Stream& stream, std::uint64_t first, std::uint64_t count, std::uint32_t* words);

// Uniform in [0, bound) by the upper half of a product; the bias is below bound / 2^32.
ELUBENCH_HOST_DEVICE inline std::uint32_t below(std::uint32_t bound, std::uint32_t word) {
  return static_cast<std::uint32_t>((std::uint64_t{word} * bound) >> 32);
}

// Uniform in (0, 1], 53 bits: never 0, so that its logarithm is finite.
inline double uniform_positive(std::uint32_t high, std::uint32_t low) {
  const std::uint64_t bits = ((std::uint64_t{high} << 32) | low) >> 11;
  return (static_cast<double>(bits) + 0.5) * 0x1p-53;
}

// Two independent standard normal numbers from one block (Box and Muller 1958). On the host.
std::array<double, 2> normal_pair(Block block);

}  // namespace elubench::random
