#include "data/synthetic.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <array>

#include "base/parallel.h"
#include "random/philox.h"

namespace elubench::data {
namespace {

using random::below;
using random::Block;
using random::Stream;

constexpr std::int64_t knots = 8;
constexpr std::int64_t spacing = image_side / knots;
constexpr std::int32_t largest_shift = 8;  // pixels

// Factors are in 1/1024. A pattern deviates by about 100, the noise by 148.
constexpr std::int32_t one = 1024;
struct FactorRange {
  std::uint32_t lowest, width;
};
constexpr FactorRange own_factor{280, 200};    // 27 to 47 grey levels
constexpr FactorRange other_factor{100, 180};  // 10 to 27
constexpr std::int32_t noise_factor = 150;     // 22

// What Stream::part tells apart; Stream::time is the number of the class or image.
enum Part : std::uint32_t { pattern_part, train_part, test_part };

Stream stream_of(const SyntheticOptions& options, Part part, std::int64_t number) {
  return {options.seed, random::Purpose::synthetic_data, part, static_cast<std::uint32_t>(number)};
}

using Plane = std::array<std::int32_t, channel_values>;
using Pattern = std::array<Plane, image_channels>;
using Knots = std::array<std::int32_t, knots * knots>;

// Whole numbers that sum to 0, uniform in about +-128 x 64.
Knots draw_knots(const Stream& stream, std::int64_t channel) {
  Knots values;
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint32_t word = stream.word(static_cast<std::uint64_t>(channel) * values.size() + i);
    values[i] = static_cast<std::int32_t>(word >> 24) - 128;
    sum += values[i];
  }
  for (std::int32_t& value : values) value = value * static_cast<std::int32_t>(values.size()) - sum;
  return values;
}

Plane interpolated(const Knots& values) {
  const auto knot = [&](std::int64_t y, std::int64_t x) {
    return values[static_cast<std::size_t>(y % knots * knots + x % knots)];
  };
  Plane plane;
  for (std::int64_t i = 0; i < channel_values; ++i) {
    const std::int64_t y = i / image_side / spacing, x = i % image_side / spacing;
    const auto down = static_cast<std::int32_t>(i / image_side % spacing);
    const auto right = static_cast<std::int32_t>(i % spacing);
    constexpr auto whole = static_cast<std::int32_t>(spacing);
    const std::int32_t above = knot(y, x) * (whole - right) + knot(y, x + 1) * right;
    const std::int32_t beneath = knot(y + 1, x) * (whole - right) + knot(y + 1, x + 1) * right;
    // Twice the knots' own unit: 64 of the zero sum, spacing^2 of the interpolation.
    plane[static_cast<std::size_t>(i)] = (above * (whole - down) + beneath * down) / 512;
  }
  return plane;
}

std::vector<Pattern> draw_patterns(const SyntheticOptions& options) {
  std::vector<Pattern> patterns(static_cast<std::size_t>(options.classes));
  for (std::int64_t c = 0; c < options.classes; ++c) {
    const Stream stream = stream_of(options, pattern_part, c);
    for (std::int64_t channel = 0; channel < image_channels; ++channel) {
      patterns[static_cast<std::size_t>(c)][static_cast<std::size_t>(channel)] =
          interpolated(draw_knots(stream, channel));
    }
  }
  return patterns;
}

// A pattern as it lies in an image.
class Placed {
 public:
  Placed(const Pattern& pattern, const Block& words, FactorRange factor)
      : pattern_(pattern),
        down_(shift(words.word[0])),
        right_(shift(words.word[1])),
        mirrored_((words.word[2] & 1u) != 0),
        factor_(static_cast<std::int32_t>(factor.lowest + below(factor.width, words.word[3]))) {}

  // In 1/1024 of a grey level.
  std::int32_t at(std::size_t channel, std::int64_t y, std::int64_t x) const {
    const std::int64_t column = mirrored_ ? image_side - 1 - x : x;
    return factor_ *
           pattern_[channel][static_cast<std::size_t>(wrapped(y + down_) * image_side + wrapped(column + right_))];
  }

 private:
  static std::int64_t wrapped(std::int64_t place) { return (place + image_side) % image_side; }
  static std::int64_t shift(std::uint32_t word) {
    return static_cast<std::int64_t>(below(2 * largest_shift + 1, word)) - largest_shift;
  }

  const Pattern& pattern_;
  std::int64_t down_, right_;
  bool mirrored_;
  std::int32_t factor_;
};

// Nearly normal: the sum of a word's four bytes without its mean.
std::int32_t noise(std::uint32_t word) {
  return static_cast<std::int32_t>((word & 255u) + (word >> 8 & 255u) + (word >> 16 & 255u) + (word >> 24)) - 510;
}

std::uint8_t grey_level(std::int32_t thousandths) {
  return static_cast<std::uint8_t>(std::clamp(128 * one + one / 2 + thousandths, 0, 256 * one - 1) / one);
}

void draw_image(const std::vector<Pattern>& patterns, std::int64_t own, const Stream& stream,
                std::uint8_t* pixels) {
  const auto classes = static_cast<std::int64_t>(patterns.size());
  const std::uint32_t step = below(static_cast<std::uint32_t>(classes - 1), stream.block(2).word[0]);
  const std::int64_t other = (own + 1 + step) % classes;
  const Placed figure(patterns[static_cast<std::size_t>(own)], stream.block(0), own_factor);
  const Placed distractor(patterns[static_cast<std::size_t>(other)], stream.block(1), other_factor);
  for (std::int64_t i = 0; i < image_values; i += 4) {
    const Block words = stream.block(static_cast<std::uint64_t>(3 + i / 4));
    const auto channel = static_cast<std::size_t>(i / channel_values);
    const std::int64_t y = i % channel_values / image_side;
    for (std::int64_t k = 0; k < 4; ++k) {
      const std::int64_t x = i % image_side + k;
      pixels[i + k] = grey_level(figure.at(channel, y, x) + distractor.at(channel, y, x) +
                                 noise_factor * noise(words.word[k]));
    }
  }
}

RawImages draw_images(const SyntheticOptions& options, const std::vector<Pattern>& patterns, Part part,
                      std::int64_t count) {
  RawImages images{at::empty({count, image_channels, image_side, image_side}, at::kByte),
                   at::arange(count, at::kLong).remainder_(options.classes)};
  auto* pixels = images.pixels.mutable_data_ptr<std::uint8_t>();
  parallel_for(0, count, 100, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      draw_image(patterns, i % options.classes, stream_of(options, part, i), pixels + i * image_values);
    }
  });
  return images;
}

}  // namespace

RawDataset make_synthetic(const SyntheticOptions& options) {
  const std::vector<Pattern> patterns = draw_patterns(options);
  RawDataset dataset;
  dataset.train = draw_images(options, patterns, train_part, options.train_images);
  dataset.test = draw_images(options, patterns, test_part, options.test_images);
  dataset.checksums = {{"train pixels", sha256_of(dataset.train.pixels)},
                       {"test pixels", sha256_of(dataset.test.pixels)}};
  return dataset;
}

}  // namespace elubench::data
