#include "convolution/winograd_choice.h"

#include <gtest/gtest.h>

namespace elubench::convolution {
namespace {

const Cpu without_bf16{};
const Cpu avx512_bf16{.bf16_is_faster = true, .extensions = "avx512_bf16"};
const Cpu slow_bf16{.bf16_is_faster = false, .extensions = "avx512_bf16"};
const Cpu amx{.bf16_is_faster = true, .extensions = "amx_bf16"};

bool pays(const Geometry& geometry) { return winograd_pays(geometry, false, without_bf16); }

TEST(WinogradChoice, SavesWhatTheAlgorithmSaves) {
  const Geometry whole_tiles{100, 192, 16, 240, 16, 3, 1, 1};  // conv3 of elu11: 9 * 16 products become 36
  EXPECT_EQ(winograd_outputs(whole_tiles), 4);
  EXPECT_TRUE(pays(whole_tiles));
  const Geometry one_tile{100, 192, 2, 240, 2, 3, 1, 1};  // a tile of four would compute what nobody wants
  EXPECT_EQ(winograd_outputs(one_tile), 2);
  const Geometry odd{100, 192, 4, 240, 3, 2, 0, 0};  // 3 * 36 products become 75 with m = 4, 96 with m = 3
  EXPECT_EQ(winograd_outputs(odd), 4);
  EXPECT_FALSE(pays(odd));
  EXPECT_EQ(winograd_outputs({100, 192, 3, 240, 3, 2, 0, 1}), 3);
  EXPECT_FALSE(pays({100, 3, 32, 192, 32, 3, 1, 1}));  // nothing to multiply
  EXPECT_TRUE(pays({100, 896, 4, 896, 4, 2, 0, 1}));
  EXPECT_FALSE(pays({4, 896, 4, 896, 4, 2, 0, 1}));  // more weights to transform than pixels
  EXPECT_FALSE(pays({100, 192, 16, 240, 16, 1, 0, 0}));
  EXPECT_FALSE(pays({100, 192, 32, 240, 32, 5, 2, 2}));
}

// Its products are float32, which a processor may multiply at half the speed, or a sixteenth, of bfloat16.
TEST(WinogradChoice, MustSaveMoreWhereBfloat16IsMultipliedFaster) {
  const Geometry saves_four{100, 192, 16, 240, 16, 3, 1, 1};
  EXPECT_TRUE(winograd_pays(saves_four, true, without_bf16));
  EXPECT_TRUE(winograd_pays(saves_four, true, avx512_bf16));
  EXPECT_FALSE(winograd_pays(saves_four, true, amx));
  EXPECT_TRUE(winograd_pays(saves_four, false, amx));
  const Geometry saves_two_and_a_half{100, 192, 8, 240, 8, 2, 1, 0};  // F(4, 2): 4 * 16 products become 25
  EXPECT_TRUE(winograd_pays(saves_two_and_a_half, true, without_bf16));
  EXPECT_FALSE(winograd_pays(saves_two_and_a_half, true, avx512_bf16));
  EXPECT_TRUE(winograd_pays(saves_two_and_a_half, true, slow_bf16));
}

}  // namespace
}  // namespace elubench::convolution
