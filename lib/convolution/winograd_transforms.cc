#include "convolution/winograd_transforms.h"

#include <algorithm>

#include "base/parallel.h"
#include "convolution/channel_strips.h"
#include "convolution/cook_toom.h"

namespace elubench::convolution {
namespace {

using kernel::for_element;
using kernel::to_float;

// Into the second-level cache; `ahead` elements on from what is read now, where there may be none.
template <class T>
void prefetch(const T* from, std::int64_t ahead, int count) {
  constexpr int line = 64, to_read = 0, second_level = 2;
  const auto begin = reinterpret_cast<std::uintptr_t>(from) + static_cast<std::uintptr_t>(ahead) * sizeof(T);
  for (std::uintptr_t byte = 0; byte < static_cast<std::uintptr_t>(count) * sizeof(T); byte += line) {
    __builtin_prefetch(reinterpret_cast<const void*>(begin + byte), to_read, second_level);
  }
}

// An operand's strips at one row, from one channel on: one in each of its planes.
template <class T>
Strips<T> strips_of(T* operand, std::int64_t rows, std::int64_t channels, std::int64_t row, std::int64_t channel) {
  return {operand + row * channels + channel, operand_plane(rows, channels)};
}

// Calls body(T{}, P{}) with the C++ types of the two.
template <class Body>
void for_elements(kernel::Element first, kernel::Element second, const Body& body) {
  for_element(first, [&]<class T>(T t) { for_element(second, [&]<class P>(P p) { body(t, p); }); });
}

template <class Down, class Across>
class Transforms : public WinogradTransforms {
 public:
  WinogradTile tile() const override { return {Down::m, Across::m}; }

  void transform_input(const Images& images, std::int64_t tiles, const ProductRange& products,
                       kernel::Buffer operand) const override {
    tiles_to_operand<input_down, input_across>(images, tiles, products, operand);
  }

  void transform_output_gradient(const Images& images, std::int64_t tiles, const ProductRange& products,
                                 kernel::Buffer operand) const override {
    tiles_to_operand<output_adjoint_down, output_adjoint_across>(images, tiles, products, operand);
  }

  void transform_output(const float* operand, std::int64_t tiles, const void* bias,
                        const Images& images) const override {
    for_element(images.data.element, [&]<class T>(T) {
      for_each_tile(tiles, images.channels, [&](std::int64_t tile, std::int64_t channel, int count) {
        float biases[strip] = {};
        if (bias) load(static_cast<const T*>(bias) + channel, count, biases);
        float result[Down::m * Across::m * strip];
        both_sides<output_down, output_across>(strips_of(operand, tiles, images.channels, tile, channel), count,
                                               Strips<float>{result, strip});
        for_each_pixel<Down::m, Across::m>(images, tile, [&](int place, std::int64_t pixel) {
          if (pixel < 0) return;
          store(result + place * strip, biases, count,
                images.data.template as<T>() + pixel * images.channels + channel);
        });
      });
    });
  }

  void transform_weight(kernel::Buffer weight, std::int64_t out_channels, std::int64_t in_channels, bool turned,
                        kernel::Buffer operand) const override {
    for_elements(weight.element, operand.element, [&]<class T, class P>(T, P) {
      for_each_tile(out_channels, in_channels, [&](std::int64_t out, std::int64_t channel, int count) {
        float taps[r * r * strip];
        for (int t = 0; t < r * r; ++t) {
          const int from = turned ? r * r - 1 - t : t;
          load(weight.as<const T>() + (out * r * r + from) * in_channels + channel, count, taps + t * strip);
        }
        both_sides<weight_down, weight_across>(
            {taps, strip}, count, strips_of(operand.as<P>(), out_channels, in_channels, out, channel));
      });
    });
  }

  void transform_weight_gradient(const float* operand, std::int64_t out_channels, std::int64_t in_channels,
                                 float* gradient) const override {
    for_each_tile(out_channels, in_channels, [&](std::int64_t out, std::int64_t channel, int count) {
      both_sides<weight_adjoint_down, weight_adjoint_across>(
          strips_of(operand, out_channels, in_channels, out, channel), count,
          Strips<float>{gradient + out * r * r * in_channels + channel, in_channels});
    });
  }

 private:
  static_assert(Down::r == Across::r);
  static constexpr int r = Down::r;
  static constexpr auto input_down = Down::input_matrix(), input_across = Across::input_matrix();
  static constexpr auto output_down = Down::output_matrix(), output_across = Across::output_matrix();
  static constexpr auto weight_down = Down::weight_matrix(), weight_across = Across::weight_matrix();
  static constexpr auto output_adjoint_down = transposed(output_down),
                        output_adjoint_across = transposed(output_across);
  static constexpr auto weight_adjoint_down = transposed(weight_down),
                        weight_adjoint_across = transposed(weight_across);

  template <class Body>
  static void for_each_tile(std::int64_t tiles, std::int64_t channels, const Body& body) {
    parallel_for(0, tiles, 4, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t tile = first; tile < last; ++tile) {
        for_each_strip(channels, [&](std::int64_t channel, int count) { body(tile, channel, count); });
      }
    });
  }

  // Calls body(place in the patch, pixel number among all images, or -1 where it lies outside), for the patch of
  // height x width pixels at a tile's first one.
  template <int height, int width, class Body>
  static void for_each_pixel(const Images& images, std::int64_t tile, const Body& body) {
    const std::int64_t image = tile / (images.tiles_down * images.tiles_across);
    const std::int64_t top = tile / images.tiles_across % images.tiles_down * Down::m - images.padding;
    const std::int64_t left = tile % images.tiles_across * Across::m - images.padding;
    for (int place = 0; place < height * width; ++place) {
      const std::int64_t y = top + place / width;
      const std::int64_t x = left + place % width;
      const bool inside = y >= 0 && y < images.side && x >= 0 && x < images.side;
      body(place, inside ? (image * images.side + y) * images.side + x : -1);
    }
  }

  template <const auto& down, const auto& across>
  static void tiles_to_operand(const Images& images, std::int64_t tiles, const ProductRange& products,
                               kernel::Buffer operand) {
    constexpr int height = down[0].size(), width = across[0].size();
    constexpr std::int64_t columns = across.size();
    const std::int64_t next_row_of_tiles = Down::m * images.side * images.channels;
    for_elements(images.data.element, operand.element, [&]<class T, class P>(T, P) {
      for_each_tile(tiles, images.channels, [&](std::int64_t tile, std::int64_t channel, int count) {
        float pixels[height * width * strip];
        for_each_pixel<height, width>(images, tile, [&](int place, std::int64_t pixel) {
          float* const to = pixels + place * strip;
          if (pixel < 0) {
            std::fill_n(to, count, 0.0f);
          } else {
            const T* const from = images.data.template as<const T>() + pixel * images.channels + channel;
            load(from, count, to);
            prefetch(from, next_row_of_tiles, count);
          }
        });
        some_rows_of_both_sides<down, across>({pixels, strip}, count, products.first / columns,
                                              products.end() / columns,
                                              strips_of(operand.as<P>(), tiles, images.channels, tile, channel));
      });
    });
  }
};

template <int rows, int columns, int taps>
std::unique_ptr<WinogradTransforms> transforms() {
  return std::make_unique<Transforms<CookToom<rows, taps>, CookToom<columns, taps>>>();
}

}  // namespace

// First over each image: a sum over all of a batch's pixels in a row would round ten times as much.
void add_pixels(const WinogradTransforms::Images& images, std::int64_t count, float* sums) {
  const std::int64_t pixels = images.side * images.side, channels = images.channels;
  for_element(images.data.element, [&]<class T>(T) {
    parallel_for(0, channels, strip, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t image = 0; image < count; ++image) {
        for_each_strip(end - begin, [&](std::int64_t channel, int count_of_strip) {
          const T* from = images.data.as<const T>() + image * pixels * channels + begin + channel;
          float of_image[strip] = {};
          for (std::int64_t pixel = 0; pixel < pixels; ++pixel, from += channels) {
            for (int c = 0; c < count_of_strip; ++c) of_image[c] += to_float(from[c]);
          }
          for (int c = 0; c < count_of_strip; ++c) sums[begin + channel + c] += of_image[c];
        });
      }
    });
  });
}

std::unique_ptr<WinogradTransforms> make_winograd_transforms(const WinogradTile& tile,
                                                             std::int64_t receptive_field) {
  if (receptive_field == 3) {
    if (tile == tile_4x4) return transforms<4, 4, 3>();
    if (tile == tile_2x2) return transforms<2, 2, 3>();
  }
  if (receptive_field == 2) {
    if (tile == tile_4x4) return transforms<4, 4, 2>();
    if (tile == tile_3x3) return transforms<3, 3, 2>();
    if (tile == tile_2x4) return transforms<2, 4, 2>();
    if (tile == tile_2x2) return transforms<2, 2, 2>();
  }
  return nullptr;
}

}  // namespace elubench::convolution
