// The loss as a block of a device's threads computes it: 128 rows at a time, eight threads each, in phases between
// which all threads wait for each other. Plain C++, so that a host can run the threads of a phase one after the
// other.
//
// One block does all rows, so the sum over them has one order, and the same logits give the same bits.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernel/bfloat16.h"
#include "kernel/loss_totals.h"

namespace elubench::kernel {

template <class T>
struct SoftmaxCrossEntropyBlock {
  static constexpr int rows_at_once = 128;
  static constexpr int lanes = 8;
  static constexpr int threads = rows_at_once * lanes;
  static constexpr int phases = 4;

  // What a lane found in its classes: lane, lane + 8, ...
  struct Largest {
    float value;
    std::int32_t at;
    bool finite;
  };

  struct Shared {
    Largest largest[rows_at_once][lanes];
    float sum[rows_at_once][lanes];  // of exp(logit - largest)
    float loss[rows_at_once];
    bool wrong[rows_at_once];
  };

  T* logits;
  const std::int64_t* labels;
  LossTotals* totals;
  std::int64_t rows, classes, valid;
  float gradient_scale;

  ELUBENCH_HOST_DEVICE std::int64_t rounds() const { return (rows + rows_at_once - 1) / rows_at_once; }

  ELUBENCH_HOST_DEVICE void run(int phase, std::int64_t round, int thread, Shared& shared) const {
    const int place = thread / lanes;
    const int lane = thread % lanes;
    const std::int64_t row = round * rows_at_once + place;
    if (phase == 3) {
      if (thread == 0) add_up(round, shared);
    } else if (row < valid) {
      if (phase == 0) shared.largest[place][lane] = largest_of(row, lane);
      if (phase == 1) shared.sum[place][lane] = sum_of(row, lane, combined(shared.largest[place]));
      if (phase == 2) finish(row, lane, place, shared);
    } else if (row < rows && phase == 2 && gradient_scale != 0) {
      for (std::int64_t c = lane; c < classes; c += lanes) logits[row * classes + c] = from_float<T>(0.0f);
    }
  }

 private:
  ELUBENCH_HOST_DEVICE float logit(std::int64_t row, std::int64_t c) const {
    return to_float(logits[row * classes + c]);
  }

  ELUBENCH_HOST_DEVICE Largest largest_of(std::int64_t row, int lane) const {
    Largest largest{-INFINITY, static_cast<std::int32_t>(classes), true};
    for (std::int64_t c = lane; c < classes; c += lanes) {
      const float value = logit(row, c);
      largest.finite = largest.finite && value - value == 0;
      if (value > largest.value) largest = {value, static_cast<std::int32_t>(c), largest.finite};
    }
    return largest;
  }

  // Over all lanes; of equal ones the first class.
  ELUBENCH_HOST_DEVICE static Largest combined(const Largest* of_lanes) {
    Largest largest = of_lanes[0];
    for (int lane = 1; lane < lanes; ++lane) {
      const Largest& other = of_lanes[lane];
      const bool better = other.value > largest.value || (other.value == largest.value && other.at < largest.at);
      const bool finite = largest.finite && other.finite;
      if (better) largest = other;
      largest.finite = finite;
    }
    return largest;
  }

  ELUBENCH_HOST_DEVICE float sum_of(std::int64_t row, int lane, const Largest& largest) const {
    float sum = 0;
    for (std::int64_t c = lane; c < classes; c += lanes) sum += std::exp(logit(row, c) - largest.value);
    return sum;
  }

  // The gradient of the lane's classes; the first lane also notes the row's loss.
  ELUBENCH_HOST_DEVICE void finish(std::int64_t row, int lane, int place, Shared& shared) const {
    const Largest largest = combined(shared.largest[place]);
    float sum = 0;
    for (int other = 0; other < lanes; ++other) sum += shared.sum[place][other];
    const std::int64_t label = labels[row];
    if (label % lanes == lane) {  // before this thread overwrites it
      shared.loss[place] = std::log(sum) + (largest.value - logit(row, label));
      shared.wrong[place] = largest.at != label || !largest.finite;
    }
    if (gradient_scale == 0) return;
    for (std::int64_t c = lane; c < classes; c += lanes) {
      const float probability = std::exp(logit(row, c) - largest.value) / sum;
      logits[row * classes + c] = from_float<T>(gradient_scale * (probability - (c == label ? 1.0f : 0.0f)));
    }
  }

  ELUBENCH_HOST_DEVICE void add_up(std::int64_t round, const Shared& shared) const {
    LossTotals sums = *totals;
    for (int place = 0; place < rows_at_once && round * rows_at_once + place < valid; ++place) {
      sums.loss += static_cast<double>(shared.loss[place]);
      sums.wrong += shared.wrong[place] ? 1 : 0;
      ++sums.images;
    }
    *totals = sums;
  }
};

}  // namespace elubench::kernel
