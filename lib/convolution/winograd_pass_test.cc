#include "convolution/winograd_pass.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "base/parallel.h"
#include "convolution/winograd_transforms.h"

namespace elubench::convolution {
namespace {

constexpr WinogradTiling tiling_of_conv3{100, 64, 16, 192, 240};  // F(2x2, 3x3) of elu11

ProductShape some_shape(std::int64_t, std::int64_t tiles) {
  return {.batch = 1, .rows = tiles, .inner = 8, .columns = 8};
}

// More threads than cores or workers, and fewer.
struct FourThreads {
  FourThreads() { set_thread_count(4); }
  ~FourThreads() { set_thread_count(1); }
};

std::vector<WinogradChunk> chunks_of(const WinogradPass& pass, float* memory) {
  std::vector<WinogradChunk> chunks;
  std::mutex mutex;
  pass.for_each_chunk(memory, [&](const WinogradChunk& chunk) {
    const std::lock_guard lock(mutex);
    chunks.push_back(chunk);
  });
  return chunks;
}

// Each image's factor becomes the products' result in its place.
TEST(WinogradPass, MultipliesForEachImageOnce) {
  const FourThreads four_threads;
  constexpr std::int64_t channels = 8;
  const auto shape = [](std::int64_t, std::int64_t tiles) {
    return ProductShape{.batch = 1, .rows = tiles, .inner = channels, .columns = channels};
  };
  std::vector<float> twice(channels * channels);
  for (std::size_t c = 0; c < channels; ++c) twice[c * channels + c] = 2;
  for (const std::int64_t images : {1, 3, 100}) {
    for (const std::int64_t workers : {1, 2, 8}) {
      // 8 images a chunk at most
      const WinogradPass pass({images, 1024, 16, channels, channels}, {.images = workers}, shape);
      ASSERT_TRUE(pass.possible());
      std::vector<float> memory(static_cast<std::size_t>(pass.memory()));
      std::vector<float> result(static_cast<std::size_t>(images), 0);
      pass.for_each_chunk(memory.data(), [&](const WinogradChunk& chunk) {
        ASSERT_EQ(chunk.tiles, 1024 * chunk.images);
        for (std::int64_t i = 0; i < chunk.tiles * channels; ++i) {
          chunk.in[i] = static_cast<float>(chunk.first_image + i / (1024 * channels) + 1);
        }
        chunk.product.run(chunk.in, twice.data(), nullptr, chunk.out);
        for (std::int64_t i = 0; i < chunk.images; ++i) {
          result[static_cast<std::size_t>(chunk.first_image + i)] += chunk.out[i * 1024 * channels];
        }
      });
      for (std::size_t i = 0; i < result.size(); ++i)
        EXPECT_EQ(result[i], 2 * (i + 1)) << images << ' ' << workers;
    }
  }
}

TEST(WinogradPass, GivesAWorkerChunksThatDifferByOneImageAtMost) {
  for (const std::int64_t images : {9, 100}) {
    WinogradTiling tiling = tiling_of_conv3;
    tiling.images = images;
    const WinogradPass pass(tiling, {.images = 2}, some_shape);
    std::vector<float> memory(static_cast<std::size_t>(pass.memory()));
    std::map<float*, std::set<std::int64_t>> sizes;
    for (const auto& chunk : chunks_of(pass, memory.data())) sizes[chunk.in].insert(chunk.images);
    EXPECT_EQ(sizes.size(), 2);
    for (const auto& [worker, of_worker] : sizes) EXPECT_LE(*of_worker.rbegin() - *of_worker.begin(), 1);
  }
}

TEST(WinogradPass, SharesOutImagesAndProducts) {
  const FourThreads four_threads;
  const WinogradPass pass(tiling_of_conv3, {.images = 2, .products = 4}, some_shape);
  std::vector<float> memory(static_cast<std::size_t>(pass.memory()));
  std::map<std::int64_t, std::int64_t> images_of_product;
  for (const auto& chunk : chunks_of(pass, memory.data())) {
    EXPECT_EQ(chunk.products.count, 4);
    for (std::int64_t p = chunk.products.first; p < chunk.products.end(); ++p)
      images_of_product[p] += chunk.images;
  }
  EXPECT_EQ(images_of_product.size(), 16);
  for (const auto& [product, images] : images_of_product) EXPECT_EQ(images, 100) << product;
}

// Every worker's sums begin anew, whatever was there.
TEST(WinogradPass, AddsUpTheChunksOfAWorker) {
  const FourThreads four_threads;
  constexpr std::int64_t channels = 8;
  const auto shape = [](std::int64_t products, std::int64_t tiles) {
    return ProductShape{.batch = products,
                        .rows = channels,
                        .inner = tiles,
                        .columns = channels,
                        .first_transposed = true,
                        .adds_up = true};
  };
  // Chunks of 7, 7 and 8 images; workers with 5, 5 and 6 products.
  const WinogradPass pass({22, 1024, 16, channels, channels}, {.products = 3}, shape);
  ASSERT_TRUE(pass.possible());
  std::vector<float> memory(static_cast<std::size_t>(pass.memory())), sums(16 * channels * channels, 77);
  for (int time = 0; time < 2; ++time) {
    pass.for_each_chunk(memory.data(), [&](const WinogradChunk& chunk) {
      const std::int64_t numbers = chunk.tiles * channels;
      for (std::int64_t p = 0; p < chunk.products.count; ++p) {
        std::fill_n(chunk.in + p * numbers, numbers, static_cast<float>(chunk.products.first + p));
        std::fill_n(chunk.out + p * numbers, numbers, static_cast<float>(chunk.images));
      }
      chunk.product.run(chunk.out, chunk.in, nullptr, &sums[chunk.products.first * channels * channels]);
    });
    for (std::size_t i = 0; i < sums.size(); ++i)
      EXPECT_EQ(sums[i], (7 * 7 + 7 * 7 + 8 * 8) * 1024 * (i / (channels * channels)));
  }
}

// From the memory of one to that of the next there is room for all that an operand holds, and the gaps between its
// planes.
TEST(WinogradPass, GivesOperandsOfTheSameTimeMemoryOfTheirOwn) {
  const WinogradPass pass(tiling_of_conv3, {.images = 2}, some_shape);
  std::vector<float> memory(static_cast<std::size_t>(pass.memory()));
  std::map<float*, std::int64_t> numbers;  // of each operand at most
  const auto up_to_the_last = [](std::int64_t tiles, std::int64_t channels) {
    return 15 * operand_plane(tiles, channels) + tiles * channels;
  };
  for (const auto& chunk : chunks_of(pass, memory.data())) {
    numbers[chunk.in] = std::max(numbers[chunk.in], up_to_the_last(chunk.tiles, 192));
    numbers[chunk.out] = std::max(numbers[chunk.out], up_to_the_last(chunk.tiles, 240));
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
    const WinogradPass pass(tiling, {}, some_shape);
    memory.resize(static_cast<std::size_t>(pass.memory()));
    return chunks_of(pass, memory.data()).front().images;
  };
  EXPECT_EQ(images_at_once(tiling_of_conv3), 4);  // 8 MiB of 16 * 64 * 432 numbers
  EXPECT_GE(images_at_once(many_weights), 7);     // 16 * 1024 * 1024 numbers, and not 8 MiB: one image
}

}  // namespace
}  // namespace elubench::convolution
