#include "benchmark/step_work.h"

namespace elubench::benchmark {

StepWork::StepWork(const train::Specification& specification, const network::Network& network)
    : layers_(network.layers()),
      batch_(static_cast<double>(network.batch_size())),
      element_bytes_(specification.precision == train::Precision::bf16 ? 2 : 4),
      parameters_(static_cast<double>(network.parameters().count())) {}

double StepWork::operations(const std::string& phase, const std::string& part) const {
  for (const auto& layer : layers_) {
    if (layer.name != part) continue;
    const double forward = 2 * static_cast<double>(layer.multiply_adds()) * batch_;
    return phase == "backward" && &layer != &layers_.front() ? 2 * forward : forward;
  }
  return 0;
}

double StepWork::bytes(const std::string& phase, const std::string& part) const {
  // Weights, their gradients and velocities are read, weights and velocities written, and bfloat16 copies.
  if (phase == "update") return parameters_ * (3 * 4 + 2 * 4 + (element_bytes_ == 2 ? 2 : 0));
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const bool pools = part == "pool" + std::to_string(l + 1);
    if (!pools && part != "activation" + std::to_string(l + 1)) continue;
    const double input = images_of(layers_[l].out_side, layers_[l].out_channels);
    const double output = images_of(pools ? layers_[l].pooled_side : layers_[l].out_side, layers_[l].out_channels);
    return input * (phase == "backward" ? 2 : 1) + output;
  }
  return 0;
}

double StepWork::images_of(std::int64_t side, std::int64_t channels) const {
  return batch_ * element_bytes_ * static_cast<double>(side * side * channels);
}

}  // namespace elubench::benchmark
