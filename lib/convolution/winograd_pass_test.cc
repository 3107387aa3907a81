#include "convolution/winograd_pass.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "base/parallel.h"

namespace elubench::convolution {
namespace {

constexpr WinogradTiling tiling_of_conv3{100, 64, 16, 192, 240};  // F(2x2, 3x3) of elu11

ProductShape some_shape(std::int64_t tiles) { return {.batch = 1, .rows = tiles, .inner = 8, .columns = 8}; }

std::vector<WinogradChunk> chunks_of(const WinogradPass& pass, float* memory) {
  std::vector<WinogradChunk> chunks;
  std::mutex mutex;
  pass.for_each_chunk(memory, [&](const WinogradChunk& chunk) {
    const std::lock_guard lock(mutex);
    chunks.push_back(chunk);
  });
  return chunks;
}

std::map<std::int64_t, int> times_seen(const std::vector<WinogradChunk>& chunks) {
  std::map<std::int64_t, int> times;
  for (const auto& chunk : chunks) {
    for (std::int64_t i = 0; i < chunk.images; ++i) ++times[chunk.first_image + i];
  }
  return times;
}

TEST(WinogradPass, GoesOverEachImageOnceInChunksThatDifferByOneAtMost) {
  for (const std::int64_t workers : {1, 2, 3}) {
    const WinogradPass pass(tiling_of_conv3, workers, some_shape);
    ASSERT_TRUE(pass.possible());
    std::vector<float> memory(static_cast<std::size_t>(pass.memory()));
    const auto chunks = chunks_of(pass, memory.data());
    const auto times = times_seen(chunks);
    EXPECT_EQ(times.size(), 100);
    EXPECT_TRUE(std::ranges::all_of(times, [](const auto& entry) { return entry.second == 1; }));
    const auto [fewest, most] = std::ranges::minmax_element(chunks, {}, &WinogradChunk::images);
    EXPECT_LE(most->images - fewest->images, 1);
    for (const auto& chunk : chunks) EXPECT_EQ(chunk.tiles, 64 * chunk.images);
  }
}

// From the memory of one to that of the next there is room for all that an operand holds.
TEST(WinogradPass, GivesOperandsOfTheSameTimeMemoryOfTheirOwn) {
  const WinogradPass pass(tiling_of_conv3, 2, some_shape);
  std::vector<float> memory(static_cast<std::size_t>(pass.memory()));
  std::map<float*, std::int64_t> numbers;  // of each operand at most
  for (const auto& chunk : chunks_of(pass, memory.data())) {
    numbers[chunk.in] = std::max(numbers[chunk.in], 16 * chunk.tiles * 192);
    numbers[chunk.out] = std::max(numbers[chunk.out], 16 * chunk.tiles * 240);
  }
  ASSERT_EQ(numbers.size(), 4);  // two workers, two operands
  float* free = memory.data();
  for (const auto& [operand, count] : numbers) {
    EXPECT_GE(operand, free);
    free = operand + count;
  }
  EXPECT_LE(free, memory.data() + memory.size());
}

TEST(WinogradPass, HasLargerChunksWhereWeightsAreMany) {
  WinogradTiling many_weights = tiling_of_conv3;
  many_weights.in_channels = many_weights.out_channels = 1024;
  std::vector<float> memory;
  const auto images_at_once = [&](const WinogradTiling& tiling) {
    const WinogradPass pass(tiling, 1, some_shape);
    memory.resize(static_cast<std::size_t>(pass.memory()));
    return chunks_of(pass, memory.data()).front().images;
  };
  EXPECT_EQ(images_at_once(tiling_of_conv3), 4);  // 8 MiB of 16 * 64 * 432 numbers
  EXPECT_GE(images_at_once(many_weights), 7);     // 16 * 1024 * 1024 numbers, and not 8 MiB: one image
}

}  // namespace
}  // namespace elubench::convolution
