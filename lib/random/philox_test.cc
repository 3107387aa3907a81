#include "random/philox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "random/permutation.h"

namespace elubench::random {
namespace {

// Known-answer vectors of the authors' Random123 library (tests/kat_vectors, philox4x32 10).
TEST(Philox, GivesTheAuthorsKnownAnswers) {
  const auto words = [](const Block& b) { return std::vector<std::uint32_t>(b.word, b.word + 4); };
  EXPECT_EQ(words(philox(0, {{0, 0, 0, 0}})),
            (std::vector<std::uint32_t>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(words(philox(0xffffffffffffffff, {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}})),
            (std::vector<std::uint32_t>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(words(philox(0x299f31d0a4093822, {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}})),
            (std::vector<std::uint32_t>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Stream, NeverSharesNumbersBetweenPurposesPartsAndTimes) {
  std::set<std::uint32_t> seen;
  std::size_t count = 0;
  for (auto purpose : {Purpose::initial_weights, Purpose::dropout}) {
    for (std::uint32_t part : {0u, 1u}) {
      for (std::uint32_t time : {0u, 1u}) {
        for (std::uint64_t index : {std::uint64_t{0}, std::uint64_t{5}, std::uint64_t{1} << 36}) {
          seen.insert(Stream{7, purpose, part, time}.word(index));
          ++count;
        }
      }
    }
  }
  EXPECT_EQ(seen.size(), count);
}

// Counts that fill vectors and leave blocks over; indices whose upper halves differ.
TEST(DrawBlocks, DrawsWhatTheStreamDrawsOneByOne) {
  const Stream stream{0x123456789abcdef0, Purpose::dropout, 3, 0x87654321};
  for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{0xfffffffb}, std::uint64_t{1} << 40}) {
    for (std::size_t blocks = 0; blocks < 40; ++blocks) {
      std::vector<std::uint32_t> words(4 * blocks + 1, 7), expected(words);
      for (std::size_t b = 0; b < blocks; ++b) {
        for (std::size_t w = 0; w < 4; ++w) expected[4 * b + w] = stream.block(first + b).word[w];
      }
      draw_blocks(stream, first, blocks, words.data());
      EXPECT_EQ(words, expected) << blocks << " blocks from " << first;
    }
  }
}

// Mean and variance of n normal numbers deviate by 1/sqrt(n) and sqrt(2/n); five deviations are allowed.
TEST(NormalPair, HasMeanZeroAndVarianceOne) {
  const int pairs = 100000;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < pairs; ++i) {
    for (double x : normal_pair(Stream{1, Purpose::initial_weights, 0, 0}.block(static_cast<std::uint64_t>(i)))) {
      sum += x;
      squares += x * x;
    }
  }
  const double n = 2.0 * pairs;
  EXPECT_NEAR(sum / n, 0, 5 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1, 5 * std::sqrt(2 / n));
}

TEST(Permutation, HoldsEveryIndexOnceAndDependsOnSeedAndEpoch) {
  auto order = permutation(3, 0, 1000);
  EXPECT_NE(order, permutation(3, 1, 1000));
  EXPECT_NE(order, permutation(4, 0, 1000));
  EXPECT_EQ(order, permutation(3, 0, 1000));
  std::sort(order.begin(), order.end());
  for (std::int64_t i = 0; i < 1000; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
  EXPECT_TRUE(permutation(3, 0, 0).empty());
}

// Each of the 24 orders of 4 has expectation n / 24 with deviation sqrt(n 23) / 24; five deviations are allowed.
TEST(Permutation, IsUniform) {
  std::vector<int> counts(256);
  const int n = 24000;
  for (std::uint32_t epoch = 0; epoch < n; ++epoch) {
    std::size_t code = 0;
    for (std::int64_t v : permutation(1, epoch, 4)) code = code * 4 + static_cast<std::size_t>(v);
    ++counts[code];
  }
  int orders = 0;
  for (int count : counts) {
    if (count == 0) continue;
    ++orders;
    EXPECT_NEAR(count, n / 24.0, 5 * std::sqrt(n * 23.0) / 24);
  }
  EXPECT_EQ(orders, 24);
}

}  // namespace
}  // namespace elubench::random
