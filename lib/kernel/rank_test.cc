#include "kernel/rank.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "activation/table.h"
#include "kernel/pool_window.h"
#include "kernel/tensor_buffer.h"
#include "random/philox.h"

namespace elubench::kernel {
namespace {

// Both zeros, both ends of what is subnormal, ones, the largest, infinities, and NaN of both signs and many bits.
const std::vector<std::uint16_t> special_bits{0x0000, 0x0001, 0x007F, 0x0080, 0x3F80,
                                              0x7F7F, 0x7F80, 0x7F81, 0x7FC0, 0x7FFF};

template <class T>
std::vector<T> special_numbers() {
  std::vector<T> numbers;
  for (const std::uint16_t bits : special_bits) {
    for (const int sign : {0, 0x8000}) {
      const Bfloat16 number{static_cast<std::uint16_t>(bits | sign)};
      if constexpr (std::is_same_v<T, float>) {
        numbers.push_back(to_float(number));
      } else {
        numbers.push_back(number);
      }
    }
  }
  return numbers;
}

template <class T>
void expect_order(T a, T b) {
  const float x = to_float(a), y = to_float(b);
  const bool above = x > y || (std::isnan(x) && !std::isnan(y));
  EXPECT_EQ(rank_of(bits_of(a)) > rank_of(bits_of(b)), above) << x << " and " << y;
}

TEST(RankOf, OrdersEveryBfloat16) {
  for (int bits = 0; bits < 0x10000; ++bits) {
    const Bfloat16 number{static_cast<std::uint16_t>(bits)};
    const Bfloat16 next{static_cast<std::uint16_t>(bits + 1)};
    expect_order(number, next);
    for (const Bfloat16 other : special_numbers<Bfloat16>()) {
      expect_order(number, other);
      expect_order(other, number);
    }
  }
}

TEST(RankOf, OrdersFloatsOfAnyBits) {
  const random::Stream stream{1, random::Purpose::synthetic_data, 0, 0};
  for (std::uint64_t i = 0; i < 10000; ++i) {
    const random::Block block = stream.block(i);
    const float a = std::bit_cast<float>(block.word[0]), b = std::bit_cast<float>(block.word[1]);
    expect_order(a, b);
    expect_order(a, -a);
    for (const float other : special_numbers<float>()) {
      expect_order(a, other);
      expect_order(other, a);
    }
  }
}

// The host chooses by ranks where f is monotone; what it must find is said for floats in pool_window.h.
template <class T>
void expect_winners_of_special_numbers(at::ScalarType type) {
  const std::vector<T> numbers = special_numbers<T>();
  const std::int64_t n = std::ssize(numbers);
  const std::int64_t step[]{1, n, n * n, n * n * n};  // from a window to the one where the pixel's number changes
  const at::Tensor x = at::zeros({4, n * n * n * n}, type);
  T* const pixels = static_cast<T*>(x.mutable_data_ptr());
  const std::int64_t windows = x.size(1);
  const auto number = [&](std::int64_t window, int pixel) {
    return numbers[static_cast<std::size_t>(window / step[pixel] % n)];
  };
  for (std::int64_t window = 0; window < windows; ++window) {
    for (int k = 0; k < 4; ++k) pixels[k * windows + window] = number(window, k);
  }
  const at::Tensor gradient = at::ones({windows}, type);
  pool_activation_dropout_backward(activation::Identity{}, {1, 2, windows, true}, {nullptr, 0, 0}, buffer_of(x),
                                   buffer_of(gradient));
  std::int64_t wrong = 0;
  for (std::int64_t window = 0; window < windows; ++window) {
    const int place = winner_of(activation::Identity{}, to_float(number(window, 0)), to_float(number(window, 1)),
                                to_float(number(window, 2)), to_float(number(window, 3)))
                          .place;
    for (int k = 0; k < 4; ++k) wrong += to_float(pixels[k * windows + window]) != (k == place ? 1 : 0);
  }
  EXPECT_EQ(wrong, 0);
}

TEST(MaxPool, FindsTheSameWinnersByRanksAsByFloats) {
  expect_winners_of_special_numbers<float>(at::kFloat);
  expect_winners_of_special_numbers<Bfloat16>(at::kBFloat16);
}

}  // namespace
}  // namespace elubench::kernel
