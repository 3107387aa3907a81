#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <cstring>

#include "random/philox.h"

namespace elubench::random {
namespace {

// Several blocks at a time: a word of each in a lane of 64 bits, whose upper half nobody reads. A product of two
// words is one instruction where they lie so, but not one that GCC 12 finds.
#if defined(__AVX512F__)
constexpr std::uint64_t lanes = 8;
using Lanes [[gnu::vector_size(64)]] = std::uint64_t;
constexpr Lanes numbers{0, 1, 2, 3, 4, 5, 6, 7};

// Masked, as GCC 12 warns of the register that the plain one leaves undefined.
Lanes product(Lanes a, Lanes b) { return Lanes(_mm512_maskz_mul_epu32(0xFF, __m512i(a), __m512i(b))); }
Lanes first_half(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
Lanes second_half(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15); }
#elif defined(__AVX2__)
constexpr std::uint64_t lanes = 4;
using Lanes [[gnu::vector_size(32)]] = std::uint64_t;
constexpr Lanes numbers{0, 1, 2, 3};

Lanes product(Lanes a, Lanes b) { return Lanes(_mm256_mul_epu32(__m256i(a), __m256i(b))); }
Lanes first_half(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 0, 4, 1, 5); }
Lanes second_half(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 2, 6, 3, 7); }
#elif defined(__SSE2__)
constexpr std::uint64_t lanes = 2;
using Lanes [[gnu::vector_size(16)]] = std::uint64_t;
constexpr Lanes numbers{0, 1};

Lanes product(Lanes a, Lanes b) { return Lanes(_mm_mul_epu32(__m128i(a), __m128i(b))); }
Lanes first_half(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 0, 2); }
Lanes second_half(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 1, 3); }
#endif

#if defined(__SSE2__)
void draw_lanes(const Stream& stream, std::uint64_t first, std::uint32_t* words) {
  const Lanes index = first + numbers;
  Lanes word0 = index;
  Lanes word1 = (index >> 32) | (std::uint64_t{static_cast<std::uint32_t>(stream.purpose)} << 24);
  Lanes word2 = Lanes{} + std::uint64_t{stream.part};
  Lanes word3 = Lanes{} + std::uint64_t{stream.time};
  std::uint32_t key0 = static_cast<std::uint32_t>(stream.seed);
  std::uint32_t key1 = static_cast<std::uint32_t>(stream.seed >> 32);
  for (int round = 0; round < philox_rounds; ++round) {
    const Lanes product0 = product(word0, Lanes{} + std::uint64_t{philox_multiplier0});
    const Lanes product1 = product(word2, Lanes{} + std::uint64_t{philox_multiplier1});
    word0 = (product1 >> 32) ^ word1 ^ std::uint64_t{key0};
    word2 = (product0 >> 32) ^ word3 ^ std::uint64_t{key1};
    word1 = product1;
    word3 = product0;
    key0 += philox_weyl0;
    key1 += philox_weyl1;
  }
  const Lanes words01 = (word0 & 0xffffffffu) | (word1 << 32);
  const Lanes words23 = (word2 & 0xffffffffu) | (word3 << 32);
  const Lanes blocks[]{first_half(words01, words23), second_half(words01, words23)};
  std::memcpy(words, blocks, sizeof(blocks));
}
#else
constexpr std::uint64_t lanes = 1;

void draw_lanes(const Stream& stream, std::uint64_t first, std::uint32_t* words) {
  std::copy_n(stream.block(first).word, 4, words);
}
#endif

}  // namespace

void draw_blocks(const Stream& stream, std::uint64_t first, std::uint64_t count, std::uint32_t* words) {
  std::uint64_t b = 0;
  for (; b + lanes <= count; b += lanes) draw_lanes(stream, first + b, words + 4 * b);
  for (; b < count; ++b) std::copy_n(stream.block(first + b).word, 4, words + 4 * b);
}

}  // namespace elubench::random
