#include "network/table.h"

#include <algorithm>
#include <cmath>

#include "base/call_text.h"
#include "base/error.h"
#include "network/elu11.h"
#include "network/elu18.h"

namespace elubench::network {
namespace {

constexpr std::int64_t input_channels = 3;
constexpr std::int64_t input_side = 32;

std::int64_t scaled(std::int64_t units, double width) {
  return std::max<std::int64_t>(1, std::llround(static_cast<double>(units) * width));
}

void set_padding(LayerGeometry& layer, EvenPadding even) {
  if (layer.receptive_field % 2 == 1) {
    layer.padding_begin = layer.padding_end = layer.receptive_field / 2;
  } else {
    layer.padding_begin = even == EvenPadding::both ? 1 : 0;
    layer.padding_end = even == EvenPadding::none ? 0 : 1;
  }
}

void set_sides(LayerGeometry& layer, const Description& network) {
  layer.out_side = layer.in_side + layer.padding_begin + layer.padding_end - layer.receptive_field + 1;
  if (layer.out_side < 1) {
    throw UsageError("network " + std::string(network.name) + ": the image has run out at " + layer.name +
                     "; set network.even_padding to 'same' or 'both'");
  }
  layer.pooled_side = layer.pool ? (layer.out_side + 1) / 2 : layer.out_side;
}

void check_rates(const Description& network, const DropoutPhase& phase) {
  if (phase.rates.size() == network.stacks.size()) return;
  throw UsageError("network.dropout: " + std::to_string(phase.rates.size()) + " rates from iteration " +
                   std::to_string(phase.from) + " on, but " + std::string(network.name) + " has " +
                   std::to_string(network.stacks.size()) + " stacks; give one rate a stack");
}

}  // namespace

std::vector<Description> networks() { return {elu11(), elu18()}; }

Description find_network(std::string_view name) {
  std::vector<std::string> names;
  for (Description& network : networks()) {
    if (network.name == name) return network;
    names.emplace_back(network.name);
  }
  throw UsageError("unknown network '" + std::string(name) + "'" + suggestion(std::string(name), names));
}

Options resolved(Options options) {
  const Description network = find_network(options.name);
  if (options.even_padding == EvenPadding::network_default) options.even_padding = network.even_padding;
  if (options.dropout.enabled && options.dropout.phases.empty())
    options.dropout.phases = {{0, network.dropout_rates}};
  for (const DropoutPhase& phase : options.dropout.phases) check_rates(network, phase);
  return options;
}

std::vector<LayerGeometry> layers_of(const Options& given, std::int64_t classes) {
  const Options options = resolved(given);
  const Description network = find_network(options.name);
  std::vector<LayerGeometry> layers;
  std::int64_t channels = input_channels;
  std::int64_t side = input_side;
  for (std::size_t s = 0; s < network.stacks.size(); ++s) {
    const auto& stack = network.stacks[s];
    for (std::size_t l = 0; l < stack.size(); ++l) {
      const bool last = s + 1 == network.stacks.size() && l + 1 == stack.size();
      LayerGeometry layer{};
      layer.name = "conv" + std::to_string(layers.size() + 1);
      layer.in_channels = channels;
      layer.in_side = side;
      layer.out_channels = last ? classes : scaled(stack[l].units, options.width);
      layer.receptive_field = stack[l].receptive_field;
      layer.activation = !last || options.final_activation;
      layer.pool = l + 1 == stack.size();
      set_padding(layer, options.even_padding);
      set_sides(layer, network);
      channels = layer.out_channels;
      side = layer.pooled_side;
      layers.push_back(layer);
    }
  }
  if (side != 1)
    throw UsageError("network " + std::string(network.name) + " must end with one pixel, not " +
                     std::to_string(side));
  return layers;
}

Cost cost_of(const Options& options, std::int64_t classes, bool batch_norm) {
  Cost cost{};
  for (const LayerGeometry& layer : layers_of(options, classes)) {
    cost.parameters += layer.weight_count() + layer.out_channels;
    if (batch_norm && layer.activation) cost.parameters += 2 * layer.out_channels;
    cost.multiply_adds_an_image += layer.multiply_adds();
  }
  return cost;
}

std::vector<LayerRates> dropout_of(const Options& given) {
  const Options options = resolved(given);
  const Description network = find_network(options.name);
  std::vector<DropoutPhase> phases = options.dropout.phases;
  if (!options.dropout.enabled) phases = {{0, std::vector<double>(network.stacks.size(), 0.0)}};
  std::vector<LayerRates> all;
  for (const DropoutPhase& phase : phases) {
    LayerRates rates{phase.from, {}};
    for (std::size_t s = 0; s < network.stacks.size(); ++s) {
      const std::size_t layers = network.stacks[s].size();
      for (std::size_t l = 0; l < layers; ++l) {
        const bool drops = network.dropout_after == DropoutAfter::every_layer || l + 1 == layers;
        rates.rates.push_back(drops ? phase.rates[s] : 0.0);
      }
    }
    all.push_back(rates);
  }
  return all;
}

}  // namespace elubench::network
