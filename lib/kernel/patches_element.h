// What a thread does for patches: of one image, an element is a pack of columns of one row, or of channels of one
// pixel.
#pragma once

#include "kernel/column_sums_block.h"
#include "kernel/pack.h"
#include "kernel/patches.h"

namespace elubench::kernel {

// Columns are packed by eight whatever they hold, as rows are a multiple of that.
template <class T>
struct GatherPatch {
  static constexpr int width = 8;
  PatchGeometry geometry;
  const T* images;
  T* patches;

  ELUBENCH_HOST_DEVICE static std::uint32_t elements(const PatchGeometry& g) {
    return static_cast<std::uint32_t>(g.out_side * g.out_side * (g.row_length() / width));
  }

  ELUBENCH_HOST_DEVICE void operator()(std::int64_t image, std::uint32_t element) const {
    const auto groups = static_cast<std::uint32_t>(geometry.row_length()) / width;
    const std::uint32_t place = element / groups;
    const std::uint32_t column = element % groups * width;
    const Pixel pixel = seen(place, column);
    T* const to =
        patches + (image * geometry.out_side * geometry.out_side + place) * geometry.row_length() + column;
    const T* const from = images + image * geometry.side * geometry.side * geometry.channels;
    if (geometry.channels % width == 0 && column < geometry.pixels()) {
      copy_pack(from, pixel, to);
    } else {
      copy_one_by_one(from, pixel, column, to);
    }
  }

 private:
  // A value of the image, which may lie outside.
  struct Pixel {
    std::int32_t row, column, channel;
    std::int32_t right;  // columns of the patch up to this one
  };

  ELUBENCH_HOST_DEVICE Pixel seen(std::uint32_t place, std::uint32_t column) const {
    const auto side = static_cast<std::uint32_t>(geometry.out_side);
    const auto channels = static_cast<std::uint32_t>(geometry.channels);
    const auto field = static_cast<std::uint32_t>(geometry.receptive_field);
    const auto padding = static_cast<std::int32_t>(geometry.padding);
    const std::uint32_t tap = column / channels;
    return {static_cast<std::int32_t>(place / side + tap / field) - padding,
            static_cast<std::int32_t>(place % side + tap % field) - padding,
            static_cast<std::int32_t>(column % channels), static_cast<std::int32_t>(tap % field)};
  }

  ELUBENCH_HOST_DEVICE bool inside(const Pixel& pixel) const {
    return pixel.row >= 0 && pixel.row < geometry.side && pixel.column >= 0 && pixel.column < geometry.side;
  }

  // Within an image, which has less than 2^31 values.
  ELUBENCH_HOST_DEVICE std::int32_t offset(const Pixel& pixel) const {
    const auto side = static_cast<std::int32_t>(geometry.side);
    const auto channels = static_cast<std::int32_t>(geometry.channels);
    return (pixel.row * side + pixel.column) * channels + pixel.channel;
  }

  ELUBENCH_HOST_DEVICE void copy_pack(const T* from, const Pixel& pixel, T* to) const {
    using Columns = Pack<T, pack_width<T>>;
    for (int i = 0; i < width; i += pack_width<T>) {
      *reinterpret_cast<Columns*>(to + i) =
          inside(pixel) ? *reinterpret_cast<const Columns*>(from + offset(pixel) + i) : Columns{};
    }
  }

  ELUBENCH_HOST_DEVICE void copy_one_by_one(const T* from, Pixel pixel, std::uint32_t column, T* to) const {
    const auto pixels = static_cast<std::uint32_t>(geometry.pixels());
    T value[width];
    for (std::uint32_t i = 0; i < width; ++i) {
      const bool is_pixel = column + i < pixels;
      value[i] = from_float<T>(column + i == pixels ? 1.0f : 0.0f);
      if (is_pixel && inside(pixel)) value[i] = from[offset(pixel)];
      advance(pixel);
    }
    using Columns = Pack<T, pack_width<T>>;
    for (int i = 0; i < width; i += pack_width<T>) {
      Columns columns;
      for (int j = 0; j < pack_width<T>; ++j) columns.value[j] = value[i + j];
      *reinterpret_cast<Columns*>(to + i) = columns;
    }
  }

  ELUBENCH_HOST_DEVICE void advance(Pixel& pixel) const {
    if (++pixel.channel < geometry.channels) return;
    pixel.channel = 0;
    ++pixel.column;
    if (++pixel.right < geometry.receptive_field) return;
    pixel.right = 0;
    pixel.column -= static_cast<std::int32_t>(geometry.receptive_field);
    ++pixel.row;
  }
};

template <class T>
struct GatherWeights {
  static constexpr int width = pack_width<T>;
  PatchGeometry geometry;
  const T* weights;
  const T* bias;
  T* rows;

  ELUBENCH_HOST_DEVICE static std::uint32_t elements(const PatchGeometry& g) {
    return static_cast<std::uint32_t>(g.row_length() / width);
  }

  ELUBENCH_HOST_DEVICE void operator()(std::int64_t channel, std::uint32_t element) const {
    const std::int64_t pixels = geometry.pixels(), column = std::int64_t{width} * element;
    Pack<T, width> pack;
    for (int i = 0; i < width; ++i) {
      pack.value[i] = from_float<T>(0);
      if (column + i < pixels) pack.value[i] = weights[channel * pixels + column + i];
      if (column + i == pixels) pack.value[i] = bias[channel];
    }
    *reinterpret_cast<Pack<T, width>*>(rows + channel * geometry.row_length() + column) = pack;
  }
};

// Where ColumnSumsBlock's sums go: a column is one of an output channel's row.
struct SumsOfWeights {
  float* weights;
  float* bias;
  std::uint32_t pixels, row_length;

  ELUBENCH_HOST_DEVICE void operator()(std::int64_t, std::int64_t column, float sum) const {
    const std::uint32_t channel = static_cast<std::uint32_t>(column) / row_length;
    const std::uint32_t place = static_cast<std::uint32_t>(column) % row_length;
    if (place < pixels) weights[std::int64_t{channel} * pixels + place] = sum;
    if (place == pixels) bias[channel] = sum;
  }
};

inline ColumnSumsBlock<float, SumsOfWeights> sums_of_weights(const PatchGeometry& g, std::int64_t parts,
                                                             Buffer rows, float* weights, float* bias) {
  return {rows.as<const float>(),
          parts,
          g.out_channels * g.row_length(),
          parts,
          {weights, bias, static_cast<std::uint32_t>(g.pixels()), static_cast<std::uint32_t>(g.row_length())}};
}

template <class T>
struct AddPatches {
  static constexpr int width = pack_width<T>;
  PatchGeometry geometry;
  const float* patches;
  T* images;

  ELUBENCH_HOST_DEVICE static std::uint32_t elements(const PatchGeometry& g) {
    return static_cast<std::uint32_t>(g.side * g.side * ((g.channels + width - 1) / width));
  }

  ELUBENCH_HOST_DEVICE void operator()(std::int64_t image, std::uint32_t element) const {
    const auto side = static_cast<std::uint32_t>(geometry.side);
    const auto groups = static_cast<std::uint32_t>((geometry.channels + width - 1) / width);
    const std::uint32_t pixel = element / groups;
    const std::int64_t channel = std::int64_t{width} * (element % groups);
    const std::int64_t left = geometry.channels - channel;
    const int count = static_cast<int>(left < width ? left : width);
    float sum[width] = {};
    for (std::int64_t down = 0; down < geometry.receptive_field; ++down) {
      const std::int64_t row = pixel / side + geometry.padding - down;
      if (row < 0 || row >= geometry.out_side) continue;
      for (std::int64_t right = 0; right < geometry.receptive_field; ++right) {
        const std::int64_t column = pixel % side + geometry.padding - right;
        if (column < 0 || column >= geometry.out_side) continue;
        const std::int64_t place = (image * geometry.out_side + row) * geometry.out_side + column;
        const float* const from = patches + place * geometry.row_length() +
                                  (down * geometry.receptive_field + right) * geometry.channels + channel;
        for (int first = 0; first < width; first += pack_width<float>) {
          float part[pack_width<float>];
          const int rest = count - first < 0 ? 0 : count - first;
          load(from + first, rest < pack_width<float> ? rest : pack_width<float>, part);
          for (int c = 0; c < pack_width<float>; ++c) sum[first + c] += part[c];
        }
      }
    }
    store(sum, count, images + (image * side * side + pixel) * geometry.channels + channel);
  }
};

}  // namespace elubench::kernel
