#include "train/diagnostics.h"

#include <algorithm>
#include <cmath>

#include "base/interrupt.h"
#include "device/value.h"
#include "kernel/statistics.h"
#include "kernel/tensor_buffer.h"
#include "train/batches.h"

namespace elubench::train {
namespace {

struct LayerTotals {
  kernel::ActivationTotals activation;
  double gradient_squares = 0;
  std::int64_t gradient_count = 0;
};

std::int64_t places_of(const network::Network::Probe& probe) {
  return probe.layer.out_side * probe.layer.out_side;
}

void add_activations(const network::Network::Probe& probe, std::int64_t valid, LayerTotals& totals) {
  kernel::add_activation_totals(probe.activation, kernel::buffer_of(probe.pre_activation),
                                valid * places_of(probe), probe.layer.out_channels, totals.activation);
}

void add_gradients(const network::Network::Probe& probe, std::int64_t valid, LayerTotals& totals) {
  const std::int64_t count = valid * places_of(probe) * probe.layer.out_channels;
  totals.gradient_squares += kernel::sum_of_squares(kernel::buffer_of(probe.pre_activation), count);
  totals.gradient_count += count;
}

LayerDiagnostics summary(const network::Network::Probe& probe, const LayerTotals& totals) {
  const auto& activation = totals.activation;
  const double count = static_cast<double>(activation.count);
  const double mean = activation.sum / count;
  const double variance = std::max(0.0, activation.sum_of_squares / count - mean * mean);
  const auto dead = std::count(activation.alive.begin(), activation.alive.end(), false);
  return {probe.layer.name,
          probe.layer.activation,
          mean,
          std::sqrt(variance),
          static_cast<double>(dead) / static_cast<double>(activation.alive.size()),
          std::sqrt(totals.gradient_squares / static_cast<double>(totals.gradient_count))};
}

}  // namespace

std::vector<LayerDiagnostics> diagnose(const data::Images& test_images, network::Network& network) {
  const auto& probes = network.probes();
  const std::int64_t count = std::min(probe_images, test_images.size());
  std::vector<LayerTotals> totals(probes.size());
  const device::Value<kernel::LossTotals> loss(network.device());
  for (std::int64_t first = 0; first < count; first += network.batch_size()) {
    throw_if_interrupted();
    const std::int64_t valid = std::min(fill_in_order(test_images, first, network), count - first);
    network.forward(network::evaluation_pass);
    for (std::size_t l = 0; l < probes.size(); ++l) add_activations(probes[l], valid, totals[l]);
    network.loss(valid, 1.0 / static_cast<double>(count), loss.data());
    network.backward(network::evaluation_pass);
    for (std::size_t l = 0; l < probes.size(); ++l) add_gradients(probes[l], valid, totals[l]);
  }
  std::vector<LayerDiagnostics> all;
  for (std::size_t l = 0; l < probes.size(); ++l) all.push_back(summary(probes[l], totals[l]));
  return all;
}

}  // namespace elubench::train
