#include "convolution/winograd_transforms.h"

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "base/parallel.h"
#include "convolution/cook_toom.h"

// Before a loop over strips: compilers cannot see that one written to overlaps no other.
#ifdef __clang__
#define ELUBENCH_STRIPS_LIE_APART _Pragma("clang loop vectorize(assume_safety)")
#else
#define ELUBENCH_STRIPS_LIE_APART _Pragma("GCC ivdep")
#endif

namespace elubench::convolution {
namespace {

using kernel::for_element;
using kernel::from_float;
using kernel::to_float;

// Channels are worked on in strips that stay in first-level cache, so that every loop over one is plain SIMD.
constexpr int strip = 64;

// Strips of a matrix, each `step` numbers after the one before: beside each other in a core's cache, or in the
// planes of an operand.
template <class T>
struct Strips {
  T* first;
  std::int64_t step;

  Strips from(std::int64_t number) const { return {first + number * step, step}; }  // without those before it
  Strips every(std::int64_t nth) const { return {first, nth * step}; }  // the first, and each nth after
};

template <std::size_t count, class Body>
void for_constants(const Body& body) {
  [&]<std::size_t... i>(std::index_sequence<i...>) { (body(std::integral_constant<std::size_t, i>{}), ...); }
  (std::make_index_sequence<count>{});
}

// sum over k of matrix[i][k] x[k], without the terms that are 0.
template <const auto& matrix, std::size_t i, std::size_t k = 0, bool started = false>
inline float dot(const float* x, float sum = 0) {
  if constexpr (k == matrix[i].size()) {
    return sum;
  } else if constexpr (matrix[i][k] == 0) {
    return dot<matrix, i, k + 1, started>(x, sum);
  } else {
    constexpr float factor = static_cast<float>(matrix[i][k]);
    const float term = factor == 1 ? x[k] : factor * x[k];
    return dot<matrix, i, k + 1, true>(x, started ? sum + term : term);
  }
}

// out = matrix in, of vectors of strips.
template <const auto& matrix, class T>
void one_side(Strips<const float> in, int count, Strips<T> out) {
  const float* const __restrict from = in.first;
  T* const __restrict to = out.first;
  ELUBENCH_STRIPS_LIE_APART
  for (int c = 0; c < count; ++c) {
    float x[matrix[0].size()];
    for_constants<matrix[0].size()>([&](auto k) { x[k] = from[static_cast<std::int64_t>(k) * in.step + c]; });
    for_constants<matrix.size()>(
        [&](auto i) { to[static_cast<std::int64_t>(i) * out.step + c] = from_float<T>(dot<matrix, i>(x)); });
  }
}

// out = matrix in matrix^T; in is columns x columns strips, out rows x rows.
template <const auto& matrix, class T>
void both_sides(Strips<const float> in, int count, Strips<T> out) {
  constexpr std::int64_t rows = matrix.size();
  constexpr std::int64_t columns = matrix[0].size();
  float half[rows * columns * strip];
  for (std::int64_t j = 0; j < columns; ++j) {
    one_side<matrix>(in.from(j).every(columns), count, Strips<float>{half + j * strip, columns * strip});
  }
  for (std::int64_t i = 0; i < rows; ++i) {
    one_side<matrix>(Strips<const float>{half + i * columns * strip, strip}, count, out.from(i * rows));
  }
}

// Into the second-level cache; `ahead` elements on from what is read now, where there may be none.
template <class T>
void prefetch(const T* from, std::int64_t ahead, int count) {
  constexpr int line = 64, to_read = 0, second_level = 2;
  const auto begin = reinterpret_cast<std::uintptr_t>(from) + static_cast<std::uintptr_t>(ahead) * sizeof(T);
  for (std::uintptr_t byte = 0; byte < static_cast<std::uintptr_t>(count) * sizeof(T); byte += line) {
    __builtin_prefetch(reinterpret_cast<const void*>(begin + byte), to_read, second_level);
  }
}

template <class T>
void load(const T* __restrict from, int count, float* __restrict to) {
  for (int c = 0; c < count; ++c) to[c] = to_float(from[c]);
}

template <class T>
void store(const float* __restrict from, const float* __restrict bias, int count, T* __restrict to) {
  for (int c = 0; c < count; ++c) to[c] = from_float<T>(from[c] + bias[c]);
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

// Calls body(first channel, count) for every strip.
template <class Body>
void for_each_strip(std::int64_t channels, const Body& body) {
  for (std::int64_t c = 0; c < channels; c += strip) {
    body(c, static_cast<int>(std::min<std::int64_t>(strip, channels - c)));
  }
}

template <class F>
class Transforms : public WinogradTransforms {
 public:
  int outputs() const override { return m; }
  int products() const override { return n * n; }

  void transform_input(const Images& images, std::int64_t tiles, kernel::Buffer operand) const override {
    tiles_to_operand<n, input_matrix>(images, tiles, operand);
  }

  void transform_output_gradient(const Images& images, std::int64_t tiles, kernel::Buffer operand) const override {
    tiles_to_operand<m, output_adjoint>(images, tiles, operand);
  }

  void transform_output(const float* operand, std::int64_t tiles, const void* bias,
                        const Images& images) const override {
    for_element(images.data.element, [&]<class T>(T) {
      for_each_tile(tiles, images.channels, [&](std::int64_t tile, std::int64_t channel, int count) {
        float biases[strip] = {};
        if (bias) load(static_cast<const T*>(bias) + channel, count, biases);
        float result[m * m * strip];
        both_sides<output_matrix>(strips_of(operand, tiles, images.channels, tile, channel), count,
                                  Strips<float>{result, strip});
        for_each_pixel<m>(images, tile, [&](int place, std::int64_t pixel) {
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
        both_sides<weight_matrix>({taps, strip}, count,
                                  strips_of(operand.as<P>(), out_channels, in_channels, out, channel));
      });
    });
  }

  void transform_weight_gradient(const float* operand, std::int64_t out_channels, std::int64_t in_channels,
                                 float* gradient) const override {
    for_each_tile(out_channels, in_channels, [&](std::int64_t out, std::int64_t channel, int count) {
      both_sides<weight_adjoint>(strips_of(operand, out_channels, in_channels, out, channel), count,
                                 Strips<float>{gradient + out * r * r * in_channels + channel, in_channels});
    });
  }

 private:
  static constexpr int m = F::m, r = F::r, n = F::n;
  static constexpr auto input_matrix = F::input_matrix();
  static constexpr auto output_matrix = F::output_matrix();
  static constexpr auto weight_matrix = F::weight_matrix();
  static constexpr auto output_adjoint = transposed(F::output_matrix());
  static constexpr auto weight_adjoint = transposed(F::weight_matrix());

  template <class Body>
  static void for_each_tile(std::int64_t tiles, std::int64_t channels, const Body& body) {
    parallel_for(0, tiles, 4, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t tile = first; tile < last; ++tile) {
        for_each_strip(channels, [&](std::int64_t channel, int count) { body(tile, channel, count); });
      }
    });
  }

  // Calls body(place in the tile, pixel number among all images, or -1 where it lies outside). A tile begins every
  // m pixels and is `size` wide.
  template <int size, class Body>
  static void for_each_pixel(const Images& images, std::int64_t tile, const Body& body) {
    const std::int64_t tiles = images.tiles_a_side;
    const std::int64_t image = tile / (tiles * tiles);
    const std::int64_t top = tile / tiles % tiles * m - images.padding;
    const std::int64_t left = tile % tiles * m - images.padding;
    for (int place = 0; place < size * size; ++place) {
      const std::int64_t y = top + place / size;
      const std::int64_t x = left + place % size;
      const bool inside = y >= 0 && y < images.side && x >= 0 && x < images.side;
      body(place, inside ? (image * images.side + y) * images.side + x : -1);
    }
  }

  template <int size, const auto& matrix>
  static void tiles_to_operand(const Images& images, std::int64_t tiles, kernel::Buffer operand) {
    const std::int64_t next_row_of_tiles = m * images.side * images.channels;
    for_elements(images.data.element, operand.element, [&]<class T, class P>(T, P) {
      for_each_tile(tiles, images.channels, [&](std::int64_t tile, std::int64_t channel, int count) {
        float pixels[size * size * strip];
        for_each_pixel<size>(images, tile, [&](int place, std::int64_t pixel) {
          float* const to = pixels + place * strip;
          if (pixel < 0) {
            std::fill_n(to, count, 0.0f);
          } else {
            const T* const from = images.data.template as<const T>() + pixel * images.channels + channel;
            load(from, count, to);
            prefetch(from, next_row_of_tiles, count);
          }
        });
        both_sides<matrix>({pixels, strip}, count,
                           strips_of(operand.as<P>(), tiles, images.channels, tile, channel));
      });
    });
  }
};

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

std::unique_ptr<WinogradTransforms> make_winograd_transforms(std::int64_t outputs, std::int64_t receptive_field) {
  if (receptive_field == 3 && outputs == 4) return std::make_unique<Transforms<CookToom<4, 3>>>();
  if (receptive_field == 3 && outputs == 2) return std::make_unique<Transforms<CookToom<2, 3>>>();
  if (receptive_field == 2 && outputs == 4) return std::make_unique<Transforms<CookToom<4, 2>>>();
  if (receptive_field == 2 && outputs == 3) return std::make_unique<Transforms<CookToom<3, 2>>>();
  if (receptive_field == 2 && outputs == 2) return std::make_unique<Transforms<CookToom<2, 2>>>();
  return nullptr;
}

}  // namespace elubench::convolution
