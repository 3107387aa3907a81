// Patches, and sums over rows, against LibTorch's im2col, col2im and sums.
#include "kernel/patches.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <vector>

#include "kernel/add_bias.h"
#include "kernel/column_sums.h"
#include "kernel/tensor_buffer.h"

namespace elubench::kernel {
namespace {

// Numbers in [-1, 1] that differ by `tag`, rounded to the element type.
at::Tensor numbers(at::IntArrayRef sizes, double tag, at::ScalarType type) {
  std::int64_t count = 1;
  for (const std::int64_t size : sizes) count *= size;
  return at::sin(at::arange(count, at::kDouble) * (0.7 + tag) + tag).view(sizes).to(type);
}

// batch, side, channels; side and channels of the output; receptive field and padding at the beginning.
const std::vector<PatchGeometry> geometries{
    {2, 32, 3, 32, 5, 5, 2},  // the first layer of elu11
    {3, 8, 24, 7, 17, 2, 0},  // packs of eight
    {2, 5, 20, 5, 9, 2, 0},   // a row and a column of zeros at the end
    {1, 5, 12, 6, 3, 2, 1},   // on both sides
    {4, 3, 7, 3, 2, 3, 1},    // channels that fill no pack
    {2, 6, 1, 6, 4, 3, 1},    // several rows of a patch in one pack
    {0, 4, 8, 4, 8, 3, 1},    // no image
};

std::int64_t padding_end(const PatchGeometry& g) {
  return g.out_side + g.receptive_field - 1 - g.side - g.padding;
}

// (rows, pixels), by LibTorch: there the channels come first in a row.
at::Tensor unfolded(const PatchGeometry& g, const at::Tensor& images) {
  const at::Tensor padded = at::constant_pad_nd(images.to(at::kFloat).permute({0, 3, 1, 2}),
                                                {g.padding, padding_end(g), g.padding, padding_end(g)});
  const std::int64_t k = g.receptive_field;
  return at::im2col(padded, {k, k}, {1, 1}, {0, 0}, {1, 1})
      .view({g.batch, g.channels, k * k, g.out_side * g.out_side})
      .permute({0, 3, 2, 1})
      .reshape({g.rows(), g.pixels()});
}

at::Tensor folded(const PatchGeometry& g, const at::Tensor& patches) {
  const std::int64_t k = g.receptive_field, side = g.out_side + k - 1;
  const at::Tensor columns = patches.view({g.batch, g.out_side * g.out_side, k * k, g.channels})
                                 .permute({0, 3, 2, 1})
                                 .reshape({g.batch, g.channels * k * k, g.out_side * g.out_side});
  return at::col2im(columns, {side, side}, {k, k}, {1, 1}, {0, 0}, {1, 1})
      .narrow(2, g.padding, g.side)
      .narrow(3, g.padding, g.side)
      .permute({0, 2, 3, 1});
}

class Patches : public testing::TestWithParam<at::ScalarType> {};
class RowSums : public testing::TestWithParam<at::ScalarType> {};
class Biases : public testing::TestWithParam<at::ScalarType> {};

TEST_P(Patches, AreWhatEachPlaceSeesThenAOne) {
  for (const PatchGeometry& g : geometries) {
    SCOPED_TRACE(testing::Message() << "channels " << g.channels << " field " << g.receptive_field);
    const at::Tensor images = numbers({g.batch, g.side, g.side, g.channels}, 0.1, GetParam());
    const at::Tensor patches = at::full({g.rows(), g.row_length()}, 77, GetParam());
    gather_patches(g, buffer_of(images), buffer_of(patches));
    if (g.batch == 0) continue;  // LibTorch unfolds no empty batch
    EXPECT_TRUE(at::equal(patches.narrow(1, 0, g.pixels()).to(at::kFloat), unfolded(g, images)));
    EXPECT_TRUE(patches.select(1, g.pixels()).eq(1).all().item<bool>());
    const std::int64_t rest = g.row_length() - g.pixels() - 1;
    EXPECT_TRUE(patches.narrow(1, g.pixels() + 1, rest).eq(0).all().item<bool>());
  }
}

TEST_P(Patches, AreAddedUpWhereTheyWereSeen) {
  for (const PatchGeometry& g : geometries) {
    SCOPED_TRACE(testing::Message() << "channels " << g.channels << " field " << g.receptive_field);
    const at::Tensor patches = numbers({g.rows(), g.row_length()}, 0.2, at::kFloat);
    const at::Tensor images = at::full({g.batch, g.side, g.side, g.channels}, 77, GetParam());
    add_patches(g, buffer_of(patches), buffer_of(images));
    if (g.batch == 0) continue;
    const at::Tensor expected = folded(g, patches.narrow(1, 0, g.pixels()));
    const double rounding = GetParam() == at::kFloat ? 1e-6 : 0x1p-8;
    EXPECT_TRUE(at::allclose(images.to(at::kFloat), expected, rounding, 1e-6));
  }
}

TEST_P(Patches, HaveWeightsInRowsAsLong) {
  for (const PatchGeometry& g : geometries) {
    const at::Tensor weights = numbers({g.out_channels, g.pixels()}, 0.3, GetParam());
    const at::Tensor bias = numbers({g.out_channels}, 0.4, GetParam());
    const at::Tensor rows = at::full({g.out_channels, g.row_length()}, 77, GetParam());
    gather_weights(g, buffer_of(weights), buffer_of(bias), buffer_of(rows));
    const std::int64_t rest = g.row_length() - g.pixels() - 1;
    const at::Tensor zeros = at::zeros({g.out_channels, rest}, GetParam());
    EXPECT_TRUE(at::equal(rows, at::cat({weights, bias.unsqueeze(1), zeros}, 1)));
  }
}

TEST(PatchGradients, OfWeightsAreSumsOverParts) {
  for (const PatchGeometry& g : geometries) {
    const at::Tensor rows = numbers({9, g.out_channels, g.row_length()}, 0.5, at::kFloat);
    at::Tensor weights = at::full({g.out_channels, g.pixels()}, 77, at::kFloat);
    at::Tensor bias = at::full({g.out_channels}, 77, at::kFloat);
    add_weights(g, 9, buffer_of(rows), weights.data_ptr<float>(), bias.data_ptr<float>());
    const at::Tensor expected = rows.to(at::kDouble).sum(0).to(at::kFloat);
    EXPECT_TRUE(at::allclose(weights, expected.narrow(1, 0, g.pixels()), 1e-6, 1e-6));
    EXPECT_TRUE(at::allclose(bias, expected.select(1, g.pixels()), 1e-6, 1e-6));
  }
}

TEST_P(RowSums, AreOfFloat32) {
  for (const std::int64_t rows : {1, 64, 512, 513, 2500, 8100, 25600, 32768}) {
    for (const std::int64_t columns : {1, 3, 100, 260, 515}) {
      SCOPED_TRACE(testing::Message() << rows << " rows of " << columns);
      const at::Tensor matrix = numbers({rows, columns}, 0.6, GetParam()) + 1;  // that the sums do not cancel
      const at::Tensor strips = at::full({column_sum_strips(rows), columns}, 77, at::kFloat);
      const at::Tensor sums = at::full({columns}, 77, at::kFloat);
      column_sums(buffer_of(matrix), rows, columns, strips.data_ptr<float>(), sums.data_ptr<float>());
      EXPECT_TRUE(at::allclose(sums.to(at::kDouble), matrix.to(at::kDouble).sum(0), 1e-5, 0));
    }
  }
}

TEST_P(Biases, AreAddedAndRoundedOnce) {
  for (const std::int64_t channels : {1, 3, 24, 260}) {
    const at::Tensor images = numbers({3, 10, channels}, 0.7, GetParam());
    const at::Tensor bias = numbers({channels}, 0.8, GetParam());
    const at::Tensor expected = images + bias;
    add_bias(3, 10, channels, buffer_of(bias), buffer_of(images));
    EXPECT_TRUE(at::equal(images, expected));
  }
}

INSTANTIATE_TEST_SUITE_P(Elements, Patches, testing::Values(at::kFloat, at::kBFloat16));
INSTANTIATE_TEST_SUITE_P(Elements, RowSums, testing::Values(at::kFloat, at::kBFloat16));
INSTANTIATE_TEST_SUITE_P(Elements, Biases, testing::Values(at::kFloat, at::kBFloat16));

}  // namespace
}  // namespace elubench::kernel
