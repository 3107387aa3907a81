#include "network/network.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <map>

#include "kernel/softmax_cross_entropy.h"
#include "kernel/tensor_buffer.h"
#include "network/batch_normalization_block.h"
#include "network/convolution_block.h"
#include "network/pool_activation_dropout_block.h"

namespace elubench::network {
namespace {

std::vector<RateFrom> rates_of_layer(const std::vector<LayerRates>& phases, std::size_t layer) {
  std::vector<RateFrom> rates;
  for (const LayerRates& phase : phases) rates.push_back({phase.from, phase.rates[layer]});
  return rates;
}

std::unique_ptr<convolution::Convolution> convolution_of(const Build& build, const LayerGeometry& layer) {
  const convolution::Geometry geometry{build.batch_size,    layer.in_channels, layer.in_side,
                                       layer.out_channels,  layer.out_side,    layer.receptive_field,
                                       layer.padding_begin, layer.padding_end};
  return convolution::make_convolution(build.engine, geometry, build.device, build.element);
}

}  // namespace

std::string convolutions_of(const Build& build) {
  std::map<std::string, int> layers;
  for (const LayerGeometry& layer : layers_of(build.options, build.classes)) {
    ++layers[convolution_of(build, layer)->name()];
  }
  std::string text;
  for (const auto& [name, count] : layers) {
    text += (text.empty() ? "" : ", ") + name + " (" + std::to_string(count) + ")";
  }
  return text;
}

Network::Network(const Build& build)
    : build_(build),
      layers_(layers_of(build.options, build.classes)),
      rates_(dropout_of(build.options)),
      parameters_(layers_, build.batch_norm, build.device, build.element) {
  last_output_ = plan_buffer(layers_.front().in_channels, layers_.front().in_side);
  images_ = last_output_.permute({0, 2, 3, 1});
  labels_ = at::zeros({build.batch_size}, at::TensorOptions(at::kLong).device(build.device));
  for (std::size_t l = 0; l < layers_.size(); ++l) add_layer(l, layers_[l]);
}

at::Tensor Network::plan_buffer(std::int64_t channels, std::int64_t side) const {
  return at::zeros({build_.batch_size, side, side, channels},
                   at::TensorOptions(build_.element).device(build_.device))
      .permute({0, 3, 1, 2});
}

void Network::add_layer(std::size_t index, const LayerGeometry& layer) {
  const std::string number = std::to_string(index + 1);
  at::Tensor pre_activation = plan_buffer(layer.out_channels, layer.out_side);
  blocks_.push_back({layer.name, std::make_unique<ConvolutionBlock>(convolution_of(build_, layer),
                                                                    parameters_.entry(layer.name + ".weight"),
                                                                    parameters_.entry(layer.name + ".bias"),
                                                                    index > 0, last_output_, pre_activation)});
  if (build_.batch_norm && layer.activation) {
    at::Tensor normalized = plan_buffer(layer.out_channels, layer.out_side);
    const std::string name = "bn" + number;
    blocks_.push_back({name, std::make_unique<BatchNormalizationBlock>(
                                 parameters_.entry(name + ".weight"), parameters_.entry(name + ".bias"),
                                 parameters_.statistic(name + ".running_mean"),
                                 parameters_.statistic(name + ".running_var"), pre_activation, normalized)});
    pre_activation = normalized;
  }
  const activation::Activation activation = layer.activation ? build_.activation : activation::Identity{};
  const kernel::PoolGeometry pool{build_.batch_size, layer.out_side, layer.out_channels, layer.pool};
  last_output_ = plan_buffer(layer.out_channels, layer.pooled_side);
  blocks_.push_back({"pool" + number, std::make_unique<PoolActivationDropoutBlock>(
                                          activation, pool, rates_of_layer(rates_, index),
                                          static_cast<std::uint32_t>(index), pre_activation, last_output_)});
  probes_.push_back({layer, activation, pre_activation});
}

std::int64_t Network::rates_stage(std::int64_t iteration) const {
  return std::count_if(rates_.begin(), rates_.end(),
                       [iteration](const LayerRates& rates) { return rates.from <= iteration; });
}

at::Tensor Network::logits() const { return last_output_.reshape({build_.batch_size, build_.classes}); }

void Network::forward(const Pass& pass, Observer* observer) {
  for (auto& [name, block] : blocks_) {
    block->forward(pass);
    if (observer) observer->finished("forward", name);
  }
}

void Network::loss(std::int64_t valid, double gradient_scale, kernel::LossTotals* totals) {
  softmax_cross_entropy(kernel::buffer_of(last_output_), build_.batch_size, build_.classes,
                        labels_.data_ptr<std::int64_t>(), valid, gradient_scale, totals);
}

void Network::backward(const Pass& pass, Observer* observer) {
  for (auto named = blocks_.rbegin(); named != blocks_.rend(); ++named) {
    named->block->backward(pass);
    if (observer) observer->finished("backward", named->name);
  }
}

}  // namespace elubench::network
