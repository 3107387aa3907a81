#include "kernel/softmax_cross_entropy.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernel/cuda/kernels.h"

namespace elubench::kernel {
namespace {

// The loss of one image; `probability` receives the softmax.
template <class T>
double loss_of(const T* logits, std::int64_t classes, std::int64_t label, std::vector<double>& probability,
               bool& wrong) {
  std::int64_t largest = 0;
  bool finite = true;
  for (std::int64_t c = 0; c < classes; ++c) {
    const float value = to_float(logits[c]);
    finite = finite && std::isfinite(value);
    if (value > to_float(logits[largest])) largest = c;
  }
  const double maximum = static_cast<double>(to_float(logits[largest]));
  double sum = 0;
  for (std::int64_t c = 0; c < classes; ++c) {
    const double e = std::exp(static_cast<double>(to_float(logits[c])) - maximum);
    probability[static_cast<std::size_t>(c)] = e;
    sum += e;
  }
  for (double& p : probability) p /= sum;
  wrong = largest != label || !finite;
  return std::log(sum) + maximum - static_cast<double>(to_float(logits[label]));
}

template <class T>
void run(T* logits, std::int64_t rows, std::int64_t classes, const std::int64_t* labels, std::int64_t valid,
         double gradient_scale, LossTotals& totals) {
  std::vector<double> probability(static_cast<std::size_t>(classes));
  for (std::int64_t row = 0; row < rows; ++row) {
    T* const at = logits + row * classes;
    if (row >= valid) {
      if (gradient_scale != 0) std::fill(at, at + classes, from_float<T>(0.0f));
      continue;
    }
    bool wrong = false;
    totals.loss += loss_of(at, classes, labels[row], probability, wrong);
    totals.wrong += wrong ? 1 : 0;
    ++totals.images;
    if (gradient_scale == 0) continue;
    for (std::int64_t c = 0; c < classes; ++c) {
      const double gradient = probability[static_cast<std::size_t>(c)] - (c == labels[row] ? 1.0 : 0.0);
      at[c] = from_float<T>(static_cast<float>(gradient_scale * gradient));
    }
  }
}

}  // namespace

void softmax_cross_entropy(Buffer logits, std::int64_t rows, std::int64_t classes, const std::int64_t* labels,
                           std::int64_t valid, double gradient_scale, LossTotals* totals) {
  if (logits.device == Device::cuda)
    return cuda::softmax_cross_entropy(logits, rows, classes, labels, valid, gradient_scale, totals);
  for_element(logits.element,
              [&]<class T>(T) { run(logits.as<T>(), rows, classes, labels, valid, gradient_scale, *totals); });
}

}  // namespace elubench::kernel
