#include "kernel/statistics.h"

#include <algorithm>
#include <cmath>
#include <variant>

#include "base/parallel.h"
#include "kernel/cuda/kernels.h"

namespace elubench::kernel {
namespace {

// Sums are taken over pieces of this many elements, and the pieces' sums in order: the result is the same with any
// thread count.
constexpr std::int64_t piece = 65536;

std::int64_t pieces_of(std::int64_t count, std::int64_t size) { return (count + size - 1) / size; }

// Sums of one piece; the steepest slope of each channel in it.
template <class F, class T>
void add_rows(const F& f, const T* x, std::int64_t rows, std::int64_t channels, ActivationTotals& totals,
              std::vector<float>& steepest) {
  for (std::int64_t row = 0; row < rows; ++row) {
    double sum = 0;
    double squares = 0;
    for (std::int64_t c = 0; c < channels; ++c) {
      const float input = to_float(x[row * channels + c]);
      const double value = static_cast<double>(f.value(input));
      sum += value;
      squares += value * value;
      float& steep = steepest[static_cast<std::size_t>(c)];
      const float slope = activation::math::absolute(f.derivative(input));
      steep = slope > steep ? slope : steep;
    }
    totals.sum += sum;
    totals.sum_of_squares += squares;
  }
}

}  // namespace

void add_activation_totals(const activation::Activation& activation, Buffer x, std::int64_t positions,
                           std::int64_t channels, ActivationTotals& totals) {
  if (positions == 0 || channels == 0) return;
  if (x.device == Device::cuda) return cuda::add_activation_totals(activation, x, positions, channels, totals);
  const std::int64_t rows = std::max<std::int64_t>(1, piece / channels);
  const std::int64_t pieces = pieces_of(positions, rows);
  std::vector<ActivationTotals> partial(static_cast<std::size_t>(pieces));
  std::vector<std::vector<float>> steepest(partial.size(), std::vector<float>(static_cast<std::size_t>(channels)));
  for_element(x.element, [&]<class T>(T) {
    parallel_for(0, pieces, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t p = first; p < last; ++p) {
        const std::int64_t count = std::min(rows, positions - p * rows);
        std::visit(
            [&](const auto& f) {
              add_rows(f, x.as<const T>() + p * rows * channels, count, channels,
                       partial[static_cast<std::size_t>(p)], steepest[static_cast<std::size_t>(p)]);
            },
            activation);
      }
    });
  });
  totals.alive.resize(static_cast<std::size_t>(channels));
  totals.count += positions * channels;
  for (std::size_t p = 0; p < partial.size(); ++p) {
    totals.sum += partial[p].sum;
    totals.sum_of_squares += partial[p].sum_of_squares;
    for (std::size_t c = 0; c < totals.alive.size(); ++c) {
      if (steepest[p][c] >= dead_slope) totals.alive[c] = true;
    }
  }
}

double sum_of_squares(Buffer x, std::int64_t count) {
  if (x.device == Device::cuda) return cuda::sum_of_squares(x, count);
  std::vector<double> partial(static_cast<std::size_t>(pieces_of(count, piece)));
  for_element(x.element, [&]<class T>(T) {
    parallel_for(0, static_cast<std::int64_t>(partial.size()), 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t p = first; p < last; ++p) {
        double sum = 0;
        for (std::int64_t i = p * piece; i < std::min(count, (p + 1) * piece); ++i) {
          const double value = static_cast<double>(to_float(x.as<const T>()[i]));
          sum += value * value;
        }
        partial[static_cast<std::size_t>(p)] = sum;
      }
    });
  });
  double total = 0;
  for (double sum : partial) total += sum;
  return total;
}

}  // namespace elubench::kernel
