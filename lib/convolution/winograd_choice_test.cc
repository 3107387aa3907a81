#include "convolution/winograd_choice.h"

#include <gtest/gtest.h>

namespace elubench::convolution {
namespace {

const Cpu without_bf16{};
const Cpu avx512_bf16{.bf16_is_faster = true, .extensions = "avx512_bf16"};
const Cpu slow_bf16{.bf16_is_faster = false, .extensions = "avx512_bf16"};
const Cpu amx{.bf16_is_faster = true, .extensions = "amx_bf16"};

WinogradForm first_form(const Geometry& geometry, bool bf16, const Cpu& cpu) {
  return winograd_forms(geometry, bf16, cpu).front();
}

WinogradTile outputs(const Geometry& geometry) { return first_form(geometry, false, without_bf16).outputs; }

// Whether the best form does.
bool pays(const Geometry& geometry, bool bf16 = false, const Cpu& cpu = without_bf16) {
  return winograd_pays(geometry, first_form(geometry, bf16, cpu), bf16, cpu);
}

const Geometry saves_four{100, 192, 16, 240, 16, 3, 1, 1};          // conv3 of elu11: 9 * 16 products become 36
const Geometry saves_two_and_a_half{100, 192, 8, 240, 8, 2, 1, 0};  // F(4, 2): 4 * 16 products become 25

TEST(WinogradChoice, SavesWhatTheAlgorithmSaves) {
  EXPECT_EQ(outputs(saves_four), tile_4x4);
  EXPECT_TRUE(pays(saves_four));
  const Geometry one_tile{100, 192, 2, 240, 2, 3, 1, 1};  // a tile of four would compute what nobody wants
  EXPECT_EQ(outputs(one_tile), tile_2x2);
  const Geometry odd{100, 192, 4, 240, 3, 2, 0, 0};  // 3 * 36 products become 75 with m = 4, 96 with m = 3
  EXPECT_EQ(outputs(odd), tile_4x4);
  EXPECT_TRUE(pays(odd));
  EXPECT_EQ(outputs({100, 192, 3, 240, 3, 2, 0, 1}), tile_3x3);
  EXPECT_FALSE(pays({100, 3, 32, 192, 32, 3, 1, 1}));  // nothing to multiply
  EXPECT_TRUE(pays({100, 896, 4, 896, 4, 2, 0, 1}));
  EXPECT_FALSE(pays({2, 896, 4, 896, 4, 2, 0, 1}));    // more weights to transform than pixels
  EXPECT_FALSE(pays({100, 280, 2, 300, 1, 2, 0, 0}));  // 4 products become 9
  EXPECT_TRUE(winograd_forms({100, 192, 16, 240, 16, 1, 0, 0}, false, without_bf16).empty());
  EXPECT_TRUE(winograd_forms({100, 192, 32, 240, 32, 5, 2, 2}, true, avx512_bf16).empty());
}

TEST(WinogradChoice, SaysTheFormThatMultipliesLeastFirst) {
  const auto forms = winograd_forms(saves_two_and_a_half, false, without_bf16);
  ASSERT_EQ(forms.size(), 3);
  EXPECT_EQ(forms[0].outputs, tile_4x4);  // 25 products for 16 outputs; 16 for 9; 9 for 4
  EXPECT_EQ(forms[1].outputs, tile_2x2);  // ... but a side of 8 is no multiple of 3
  EXPECT_EQ(forms[2].outputs, tile_3x3);
}

// Products in float32 take twice the time, or sixteen times.
TEST(WinogradChoice, MustSaveMoreInFloat32WhereBfloat16IsMultipliedFaster) {
  const WinogradForm in_float32{.outputs = tile_4x4, .gradients = tile_4x4};
  EXPECT_TRUE(winograd_pays(saves_four, in_float32, true, avx512_bf16));
  EXPECT_FALSE(winograd_pays(saves_four, in_float32, true, amx));
  EXPECT_TRUE(winograd_pays(saves_four, in_float32, false, amx));
  const Geometry saves_five_fourths{100, 192, 4, 240, 3, 2, 0, 0};
  EXPECT_TRUE(winograd_pays(saves_five_fourths, in_float32, true, slow_bf16));
  EXPECT_FALSE(winograd_pays(saves_five_fourths, in_float32, true, avx512_bf16));
}

// Twice as fast, with 16 products for 36 forward and 36 for 144 backward, against 36 for 144 at half the speed.
TEST(WinogradChoice, RoundsFactorsToBfloat16OnlyWhereThatIsFasterAndImagesAreBfloat16) {
  EXPECT_TRUE(first_form(saves_four, true, avx512_bf16).bf16_factors);
  EXPECT_EQ(first_form(saves_four, true, avx512_bf16).outputs, tile_2x2);  // larger tiles multiply the rounding
  EXPECT_EQ(first_form(saves_four, true, avx512_bf16).gradients, tile_4x4);
  const Geometry one_tile{100, 192, 2, 240, 2, 3, 1, 1};  // a tile of four would compute what nobody wants
  EXPECT_EQ(first_form(one_tile, true, avx512_bf16).gradients, tile_2x2);
  EXPECT_TRUE(pays(saves_four, true, avx512_bf16));
  // With two taps tiles of 2x4 multiply the rounding about as much as those of 2x2 do with three.
  EXPECT_EQ(first_form(saves_two_and_a_half, true, avx512_bf16).outputs,
            tile_2x4);  // 15 products for 8 outputs
  const Geometry of_three{100, 260, 4, 280, 3, 2, 0, 0};
  EXPECT_EQ(first_form(of_three, true, avx512_bf16).outputs, tile_3x3);  // 16 products, not 30
  for (const Cpu& cpu : {without_bf16, slow_bf16}) {
    for (const WinogradForm& form : winograd_forms(saves_four, true, cpu)) EXPECT_FALSE(form.bf16_factors);
  }
  for (const WinogradForm& form : winograd_forms(saves_four, false, avx512_bf16)) EXPECT_FALSE(form.bf16_factors);
}

TEST(WinogradChoice, LeavesBfloat16OnAmxToDirectConvolutionsUnlessItIsAskedFor) {
  EXPECT_TRUE(first_form(saves_four, true, amx).bf16_factors);
  for (const WinogradForm& form : winograd_forms(saves_four, true, amx))
    EXPECT_FALSE(winograd_pays(saves_four, form, true, amx));
}

}  // namespace
}  // namespace elubench::convolution
