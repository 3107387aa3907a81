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

// Adds up, over batches, what goes through each layer.
class Totals : public network::Observer {
 public:
  explicit Totals(std::size_t layers) : layers_(layers) {}

  // How many images of the next batch count: its first ones.
  void begin_batch(std::int64_t valid) { valid_ = valid; }

  void pre_activations(const network::Probe& probe) override {
    const at::Tensor& x = probe.pre_activation;
    kernel::add_activation_totals(probe.activation, kernel::buffer_of(x),
                                  valid_images(probe) * x.size(2) * x.size(3), x.size(1),
                                  layers_[probe.layer].activation);
  }

  void gradients(const network::Probe& probe) override {
    const at::Tensor& x = probe.pre_activation;
    const std::int64_t count = valid_images(probe) * x.size(1) * x.size(2) * x.size(3);
    LayerTotals& totals = layers_[probe.layer];
    totals.gradient_squares += kernel::sum_of_squares(kernel::buffer_of(x), count);
    totals.gradient_count += count;
  }

  const LayerTotals& of_layer(std::size_t layer) const { return layers_[layer]; }

 private:
  std::int64_t valid_images(const network::Probe& probe) const {
    return std::clamp<std::int64_t>(valid_ - probe.first_image, 0, probe.pre_activation.size(0));
  }

  std::int64_t valid_ = 0;
  std::vector<LayerTotals> layers_;
};

LayerDiagnostics summary(const network::LayerGeometry& layer, const LayerTotals& totals) {
  const auto& activation = totals.activation;
  const double count = static_cast<double>(activation.count);
  const double mean = activation.sum / count;
  const double variance = std::max(0.0, activation.sum_of_squares / count - mean * mean);
  const auto dead = std::count(activation.alive.begin(), activation.alive.end(), false);
  return {layer.name,
          layer.activation,
          mean,
          std::sqrt(variance),
          static_cast<double>(dead) / static_cast<double>(activation.alive.size()),
          std::sqrt(totals.gradient_squares / static_cast<double>(totals.gradient_count))};
}

}  // namespace

std::vector<LayerDiagnostics> diagnose(const data::Images& test_images, network::Network& network) {
  const std::int64_t count = std::min(probe_images, test_images.size());
  Totals totals(network.layers().size());
  const device::Value<kernel::LossTotals> loss(network.device());
  for (std::int64_t first = 0; first < count; first += network.batch_size()) {
    throw_if_interrupted();
    const std::int64_t valid = std::min(fill_in_order(test_images, first, network), count - first);
    totals.begin_batch(valid);
    network.forward(network::evaluation_pass, &totals);
    network.loss(valid, 1.0 / static_cast<double>(count), loss.data());
    network.backward(network::evaluation_pass, &totals);
  }
  std::vector<LayerDiagnostics> all;
  for (std::size_t l = 0; l < network.layers().size(); ++l)
    all.push_back(summary(network.layers()[l], totals.of_layer(l)));
  return all;
}

}  // namespace elubench::train
