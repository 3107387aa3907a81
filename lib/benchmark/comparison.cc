#include "benchmark/comparison.h"

#include "base/interrupt.h"

namespace elubench::benchmark {

double activation_seconds(const Speed& training) {
  double seconds = 0;
  for (const Phase& phase : training.phases) {
    if (phase.part.starts_with("pool") || phase.part.starts_with("activation")) seconds += phase.seconds;
  }
  return seconds;
}

std::vector<Comparison> compare(const std::vector<Contender>& contenders, int rounds,
                                const std::function<void(int round, const Contender&)>& measured,
                                const std::function<void(const std::vector<Comparison>&)>& round_ended) {
  std::vector<Comparison> rows;
  if (!contenders.empty()) measure_speeds(contenders.front().request);
  for (int round = 1; round <= rounds; ++round) {
    for (std::size_t place = 0; place < contenders.size(); ++place) {
      const Contender& contender = contenders[round % 2 == 1 ? place : contenders.size() - 1 - place];
      throw_if_interrupted();
      const Speeds speeds = measure_speeds(contender.request);
      const auto add = [&](const char* metric, double value) {
        rows.push_back({round, contender.activation, contender.batch_norm, metric, value});
      };
      add("training_images_per_second", speeds.training.images_per_second);
      add("inference_images_per_second", speeds.inference.images_per_second);
      add("activation_seconds", activation_seconds(speeds.training));
      measured(round, contender);
    }
    round_ended(rows);
  }
  return rows;
}

}  // namespace elubench::benchmark
