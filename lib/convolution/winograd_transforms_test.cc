#include "convolution/winograd_transforms.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <random>
#include <vector>

#include "convolution/geometry.h"
#include "kernel/bfloat16.h"

namespace elubench::convolution {
namespace {

using kernel::Element;
using Numbers = std::vector<float>;

Numbers normal_numbers(std::int64_t count, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  Numbers numbers(static_cast<std::size_t>(count));
  std::ranges::generate(numbers, [&] { return normal(generator); });
  return numbers;
}

kernel::Buffer buffer_of(Numbers& numbers, Element element = Element::f32) {
  return {numbers.data(), element, kernel::Device::cpu};
}

// Of a layer, channels last: what goes in and what comes out, or should.
struct Layer {
  Geometry g;
  Numbers input = normal_numbers(g.batch * g.in_side * g.in_side * g.in_channels, 1);
  Numbers weight = normal_numbers(g.out_channels * g.receptive_field * g.receptive_field * g.in_channels, 2);
  Numbers output_gradient = normal_numbers(g.batch * g.out_side * g.out_side * g.out_channels, 3);
};

struct Results {
  Numbers output, weight_gradient, input_gradient;
};

struct ExactResults {
  std::vector<double> output, weight_gradient, input_gradient;
};

// Term by term, as a convolution is defined.
ExactResults exact_results(const Layer& layer) {
  const Geometry& g = layer.g;
  ExactResults exact{std::vector<double>(layer.output_gradient.size()), std::vector<double>(layer.weight.size()),
                     std::vector<double>(layer.input.size())};
  const std::int64_t r = g.receptive_field;
  for (std::int64_t place = 0; place < g.batch * g.out_side * g.out_side; ++place) {
    for (std::int64_t tap = 0; tap < r * r; ++tap) {
      const std::int64_t y = place / g.out_side % g.out_side + tap / r - g.padding_begin;
      const std::int64_t x = place % g.out_side + tap % r - g.padding_begin;
      if (y < 0 || y >= g.in_side || x < 0 || x >= g.in_side) continue;
      const std::int64_t pixel = (place / (g.out_side * g.out_side) * g.in_side + y) * g.in_side + x;
      for (std::int64_t o = 0; o < g.out_channels; ++o) {
        for (std::int64_t c = 0; c < g.in_channels; ++c) {
          const auto in = static_cast<std::size_t>(pixel * g.in_channels + c);
          const auto of_weight = static_cast<std::size_t>((o * r * r + tap) * g.in_channels + c);
          const auto out = static_cast<std::size_t>(place * g.out_channels + o);
          exact.output[out] += double{layer.input[in]} * layer.weight[of_weight];
          exact.weight_gradient[of_weight] += double{layer.input[in]} * layer.output_gradient[out];
          exact.input_gradient[in] += double{layer.weight[of_weight]} * layer.output_gradient[out];
        }
      }
    }
  }
  return exact;
}

// (products, rows, channels), in the memory of float32 whatever the element is.
class Operand {
 public:
  Operand(std::int64_t products, std::int64_t rows, std::int64_t channels, Element element)
      : rows_(rows),
        channels_(channels),
        element_(element),
        numbers_(static_cast<std::size_t>(operand_numbers(products, rows, channels))) {}

  kernel::Buffer buffer() { return buffer_of(numbers_, element_); }

  double at(std::int64_t product, std::int64_t row, std::int64_t channel) const {
    const std::int64_t i = product * operand_plane(rows_, channels_) + row * channels_ + channel;
    if (element_ == Element::f32) return numbers_[static_cast<std::size_t>(i)];
    return kernel::to_float(reinterpret_cast<const kernel::Bfloat16*>(numbers_.data())[i]);
  }

  template <class NumberAt>
  void fill(std::int64_t products, const NumberAt& number_at) {
    for (std::int64_t p = 0; p < products; ++p) {
      for (std::int64_t row = 0; row < rows_; ++row) {
        for (std::int64_t channel = 0; channel < channels_; ++channel) {
          const std::int64_t i = p * operand_plane(rows_, channels_) + row * channels_ + channel;
          numbers_[static_cast<std::size_t>(i)] = static_cast<float>(number_at(p, row, channel));
        }
      }
    }
  }

 private:
  std::int64_t rows_, channels_;
  Element element_;
  Numbers numbers_;
};

// The layer by the transforms, with products that are summed in double precision.
class ByTransforms {
 public:
  ByTransforms(const WinogradTransforms& transforms, Layer& layer, Element factors)
      : t_(transforms), layer_(layer), g_(layer.g), factors_(factors) {}

  Results results() {
    Results results{Numbers(layer_.output_gradient.size()), Numbers(layer_.weight.size()),
                    Numbers(layer_.input.size())};
    correlate(layer_.input, g_.in_side, g_.padding_begin, false, g_.out_side, results.output);
    correlate(layer_.output_gradient, g_.out_side, g_.receptive_field - 1 - g_.padding_begin, true, g_.in_side,
              results.input_gradient);
    weight_gradient(results.weight_gradient);
    return results;
  }

 private:
  std::int64_t products() const { return t_.tile().products(g_.receptive_field); }
  std::int64_t tiles(std::int64_t tiled_side) const { return g_.batch * t_.tile().tiles(tiled_side); }

  WinogradTransforms::Images images(Numbers& pixels, std::int64_t side, std::int64_t channels,
                                    std::int64_t padding, std::int64_t tiled_side) const {
    return {.data = buffer_of(pixels),
            .side = side,
            .channels = channels,
            .padding = padding,
            .tiles_down = t_.tile().tiles_down(tiled_side),
            .tiles_across = t_.tile().tiles_across(tiled_side)};
  }

  // Backward: of the output's gradient with the weights turned.
  void correlate(Numbers& from, std::int64_t side, std::int64_t padding, bool backward, std::int64_t tiled_side,
                 Numbers& to) {
    const std::int64_t channels_in = backward ? g_.out_channels : g_.in_channels,
                       channels_out = backward ? g_.in_channels : g_.out_channels, rows = tiles(tiled_side);
    Operand in(products(), rows, channels_in, factors_), out(products(), rows, channels_out, Element::f32),
        weight(products(), g_.out_channels, g_.in_channels, factors_);
    t_.transform_input(images(from, side, channels_in, padding, tiled_side), rows, {0, products()}, in.buffer());
    t_.transform_weight(buffer_of(layer_.weight), g_.out_channels, g_.in_channels, backward, weight.buffer());
    out.fill(products(), [&](std::int64_t p, std::int64_t tile, std::int64_t channel) {
      double sum = 0;
      for (std::int64_t c = 0; c < channels_in; ++c)
        sum += in.at(p, tile, c) * (backward ? weight.at(p, c, channel) : weight.at(p, channel, c));
      return sum;
    });
    t_.transform_output(out.buffer().as<float>(), rows, nullptr,
                        images(to, tiled_side, channels_out, 0, tiled_side));
  }

  // With operands of one row of products each.
  void weight_gradient(Numbers& gradient) {
    const std::int64_t rows = tiles(g_.out_side),
                       columns = products() / t_.tile().product_rows(g_.receptive_field);
    std::vector<Operand> in, out;
    for (std::int64_t first = 0; first < products(); first += columns) {
      in.emplace_back(columns, rows, g_.in_channels, factors_);
      out.emplace_back(columns, rows, g_.out_channels, factors_);
      t_.transform_input(images(layer_.input, g_.in_side, g_.in_channels, g_.padding_begin, g_.out_side), rows,
                         {first, columns}, in.back().buffer());
      t_.transform_output_gradient(images(layer_.output_gradient, g_.out_side, g_.out_channels, 0, g_.out_side),
                                   rows, {first, columns}, out.back().buffer());
    }
    Operand sums(products(), g_.out_channels, g_.in_channels, Element::f32);
    sums.fill(products(), [&](std::int64_t p, std::int64_t o, std::int64_t c) {
      const auto row = static_cast<std::size_t>(p / columns);
      double sum = 0;
      for (std::int64_t tile = 0; tile < rows; ++tile)
        sum += out[row].at(p % columns, tile, o) * in[row].at(p % columns, tile, c);
      return sum;
    });
    t_.transform_weight_gradient(sums.buffer().as<float>(), g_.out_channels, g_.in_channels, gradient.data());
  }

  const WinogradTransforms& t_;
  Layer& layer_;
  Geometry g_;
  Element factors_;
};

double relative_error(const Numbers& found, const std::vector<double>& exact) {
  double error = 0, size = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    error += (found[i] - exact[i]) * (found[i] - exact[i]);
    size += exact[i] * exact[i];
  }
  return std::sqrt(error / size);
}

// How far bfloat16 lies from normal numbers, relative to their root mean square.
double bf16_rounding() {
  const Numbers numbers = normal_numbers(1 << 16, 4);
  Numbers rounded;
  for (const float x : numbers) rounded.push_back(kernel::to_float(kernel::from_float<kernel::Bfloat16>(x)));
  return relative_error(rounded, {numbers.begin(), numbers.end()});
}

struct Form {
  WinogradTile tile;
  std::int64_t receptive_field;
  double rounding;  // by what the tile multiplies it (cook_toom_test.cc)
};

void PrintTo(const Form& form, std::ostream* out) {
  *out << "F(" << form.tile.rows << 'x' << form.tile.columns << ", " << form.receptive_field << " taps)";
}

const Form forms[] = {{tile_2x2, 2, 1.50}, {tile_2x4, 2, 2.05}, {tile_3x3, 2, 1.67},
                      {tile_4x4, 2, 2.81}, {tile_2x2, 3, 1.67}, {tile_4x4, 3, 4.78}};

class WinogradTransformsOfEveryForm : public testing::TestWithParam<Form> {
 protected:
  const std::int64_t r = GetParam().receptive_field;
  const std::unique_ptr<WinogradTransforms> transforms = make_winograd_transforms(GetParam().tile, r);

  void SetUp() override { ASSERT_NE(transforms, nullptr); }
};

TEST_P(WinogradTransformsOfEveryForm, HaveTheTileAskedFor) { EXPECT_EQ(transforms->tile(), GetParam().tile); }

// Sides that are no multiple of a tile's, channels that fill no strip, every padding.
TEST_P(WinogradTransformsOfEveryForm, AreAConvolutionForwardAndBackward) {
  for (const std::int64_t side : {1, 2, 5, 8}) {
    for (std::int64_t begin = 0; begin < r; ++begin) {
      for (std::int64_t end = 0; end < r; ++end) {
        const std::int64_t out_side = side + begin + end - r + 1;
        if (out_side < 1) continue;
        Layer layer{{2, 3, side, 67, out_side, r, begin, end}};
        const ExactResults exact = exact_results(layer);
        const Results found = ByTransforms(*transforms, layer, Element::f32).results();
        const double tolerance = 0x1p-20 * GetParam().rounding;  // of some sixteen roundings to float32 in a row
        EXPECT_LT(relative_error(found.output, exact.output), tolerance) << side << ' ' << begin << ' ' << end;
        EXPECT_LT(relative_error(found.weight_gradient, exact.weight_gradient), tolerance)
            << side << ' ' << begin << ' ' << end;
        EXPECT_LT(relative_error(found.input_gradient, exact.input_gradient), tolerance)
            << side << ' ' << begin << ' ' << end;
      }
    }
  }
}

// Both factors of each product, and nothing else. In whole tiles: in others, some corners round more.
TEST_P(WinogradTransformsOfEveryForm, RoundFactorsToBfloat16Once) {
  Layer forward{{2, 16, 12 + r - 1, 24, 12, r, 0, 0}}, backward{{2, 16, 12, 24, 12 + r - 1, r, r - 1, r - 1}};
  const Results of_outputs = ByTransforms(*transforms, forward, Element::bf16).results();
  const Results of_inputs = ByTransforms(*transforms, backward, Element::bf16).results();
  const ExactResults exact = exact_results(forward);
  const double expected = std::sqrt(2) * bf16_rounding() * GetParam().rounding, tolerance = 0.05 * expected;
  EXPECT_NEAR(relative_error(of_outputs.output, exact.output), expected, tolerance);
  EXPECT_NEAR(relative_error(of_outputs.weight_gradient, exact.weight_gradient), expected, tolerance);
  EXPECT_NEAR(relative_error(of_inputs.input_gradient, exact_results(backward).input_gradient), expected,
              tolerance);
}

INSTANTIATE_TEST_SUITE_P(All, WinogradTransformsOfEveryForm, testing::ValuesIn(forms));

}  // namespace
}  // namespace elubench::convolution
