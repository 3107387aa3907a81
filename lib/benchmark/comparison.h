// What activations cost, measured in turn so that a machine's moods meet them alike. Free of LibTorch.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"

namespace elubench::benchmark {

struct Contender {
  std::string activation;  // canonical
  bool batch_norm;
  Request request;
};

struct Comparison {
  int round;  // from 1
  std::string activation;
  bool batch_norm;
  std::string metric;  // training_images_per_second, inference_images_per_second or activation_seconds
  double value;
};

// Of a training step, forward and backward, in the passes that compute pooling, activation and dropout.
double activation_seconds(const Speed& training);

// Each round measures every contender once: in the order given, in the next one backwards, so that a drift of the
// machine meets all alike. One measurement before the first is thrown away. `measured` is told after each that
// counts, `round_ended` after each round what there is by then. Throws Interrupted between two measurements,
// and what measure_speeds() throws.
std::vector<Comparison> compare(const std::vector<Contender>& contenders, int rounds,
                                const std::function<void(int round, const Contender&)>& measured,
                                const std::function<void(const std::vector<Comparison>&)>& round_ended);

}  // namespace elubench::benchmark
