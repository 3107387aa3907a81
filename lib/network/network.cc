#include "network/network.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/parallel.h"
#include "kernel/softmax_cross_entropy.h"
#include "kernel/tensor_buffer.h"
#include "network/batch_normalization_block.h"
#include "network/convolution_block.h"

namespace elubench::network {
namespace {

std::vector<kernel::Breakpoint> rates_of_layer(const std::vector<LayerRates>& phases, std::size_t layer) {
  std::vector<kernel::Breakpoint> rates;
  for (const LayerRates& phase : phases) rates.push_back({phase.from, phase.rates[layer]});
  return rates;
}

std::unique_ptr<convolution::Convolution> convolution_of(const Build& build, const LayerGeometry& layer,
                                                         std::int64_t images,
                                                         std::shared_ptr<convolution::Workspace> workspace) {
  return convolution::make_convolution(build.engine, layer.of_images(images), build.device, build.element,
                                       std::move(workspace));
}

// A thread's share of a processor's caches.
constexpr std::int64_t cache_bytes = std::int64_t{2} << 20;

// How many images of the batch go through the first layer at once: on a processor, so few that its
// pre-activations, the network's largest, are still in a cache when they are pooled, and their gradient when the
// weights' is made of it; and as many for each thread. All of them where statistics or dropout masks are of the
// whole batch, or no pool leaves less to keep than there was.
std::int64_t images_at_once(const Build& build, const LayerGeometry& first) {
  const std::vector<LayerRates> rates = dropout_of(build.options);
  const bool drops =
      std::any_of(rates.begin(), rates.end(), [](const LayerRates& phase) { return phase.rates.front() > 0; });
  if (!build.device.is_cpu() || build.batch_norm || drops || !first.pool) return build.batch_size;
  const std::int64_t image_bytes = first.out_channels * first.out_side * first.out_side *
                                   static_cast<std::int64_t>(c10::elementSize(build.element));
  const std::int64_t images = cache_bytes / image_bytes * thread_count();
  return images == 0 || images >= build.batch_size ? build.batch_size : images;
}

}  // namespace

std::string convolutions_of(const Build& build) {
  std::map<std::string, int> layers;
  // The last slice may have fewer images, but no choice of the first layer's convolution depends on that.
  std::int64_t images = images_at_once(build, layers_of(build.options, build.classes).front());
  const auto workspace = std::make_shared<convolution::Workspace>();
  for (const LayerGeometry& layer : layers_of(build.options, build.classes)) {
    ++layers[convolution_of(build, layer, images, workspace)->name()];
    images = build.batch_size;
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
  last_output_ = plan_buffer(build.batch_size, layers_.front().in_channels, layers_.front().in_side);
  images_ = last_output_.permute({0, 2, 3, 1});
  labels_ = at::zeros({build.batch_size}, at::TensorOptions(at::kLong).device(build.device));
  for (std::size_t l = 0; l < layers_.size(); ++l) add_layer(l, layers_[l]);
}

at::Tensor Network::plan_buffer(std::int64_t images, std::int64_t channels, std::int64_t side) const {
  return at::zeros({images, side, side, channels}, at::TensorOptions(build_.element).device(build_.device))
      .permute({0, 3, 1, 2});
}

void Network::add_layer(std::size_t index, const LayerGeometry& layer) {
  const activation::Activation activation = layer.activation ? build_.activation : activation::Identity{};
  const at::Tensor input = last_output_;
  const bool normalizes = build_.batch_norm && layer.activation;
  const std::int64_t at_once = index == 0 ? images_at_once(build_, layer) : build_.batch_size;
  const bool sliced = at_once < build_.batch_size;
  // One slice's, which every slice overwrites: else they would go to memory and back. (Where bfloat16 is
  // multiplied in float32, each slice's convolution has float32 copies of its own, which do.)
  const at::Tensor pre_activation = plan_buffer(at_once, layer.out_channels, layer.out_side);
  const at::Tensor normalized =
      normalizes ? plan_buffer(at_once, layer.out_channels, layer.out_side) : pre_activation;
  last_output_ = plan_buffer(build_.batch_size, layer.out_channels, layer.pooled_side);
  const KeptWinners kept = sliced ? KeptWinners::of(last_output_) : KeptWinners{};
  const convolution::ParameterGradient addend = addend_of(layer, sliced);
  for (std::int64_t first = 0; first < build_.batch_size; first += at_once) {
    const std::int64_t images = std::min(at_once, build_.batch_size - first);
    // Backwards the last slice comes first: the others add to its gradients.
    const bool adds = first + images < build_.batch_size;
    const at::Tensor output = pre_activation.narrow(0, 0, images), pool_input = normalized.narrow(0, 0, images);
    add_convolution(index, layer, adds ? addend : convolution::ParameterGradient{}, input.narrow(0, first, images),
                    output);
    if (normalizes) add_batch_normalization(index, output, pool_input);
    const Probe probe{index, activation, first, pool_input};
    const at::Tensor pooled = last_output_.narrow(0, first, images);
    if (drops_before_pool(index)) {
      add_dropout_then_pool(probe, layer, pooled);
    } else {
      add_pool(probe, layer, kept.narrow(first, images), pooled);
    }
  }
}

convolution::ParameterGradient Network::addend_of(const LayerGeometry& layer, bool sliced) const {
  if (!sliced) return {};
  return {at::empty_like(parameters_.entry(layer.name + ".weight").gradient),
          at::empty_like(parameters_.entry(layer.name + ".bias").gradient)};
}

void Network::add_convolution(std::size_t index, const LayerGeometry& layer, convolution::ParameterGradient addend,
                              at::Tensor input, at::Tensor output) {
  auto convolution = convolution_of(build_, layer, input.size(0), workspace_);
  blocks_.push_back({layer.name, std::make_unique<ConvolutionBlock>(
                                     std::move(convolution), parameters_.entry(layer.name + ".weight"),
                                     parameters_.entry(layer.name + ".bias"), std::move(addend), index > 0,
                                     std::move(input), std::move(output))});
}

void Network::add_batch_normalization(std::size_t index, at::Tensor input, at::Tensor output) {
  const std::string name = "bn" + std::to_string(index + 1);
  blocks_.push_back({name, std::make_unique<BatchNormalizationBlock>(parameters_.entry(name + ".weight"),
                                                                     parameters_.entry(name + ".bias"),
                                                                     parameters_.statistic(name + ".running_mean"),
                                                                     parameters_.statistic(name + ".running_var"),
                                                                     std::move(input), std::move(output))});
}

bool Network::drops_before_pool(std::size_t index) const {
  const bool pools = layers_[index].pooled_side < layers_[index].out_side;
  return build_.options.dropout_place == DropoutPlace::before_pool && pools &&
         std::any_of(rates_.begin(), rates_.end(),
                     [index](const LayerRates& phase) { return phase.rates[index] > 0; });
}

void Network::add_dropout_then_pool(Probe probe, const LayerGeometry& layer, at::Tensor output) {
  const std::string number = std::to_string(probe.layer + 1);
  const at::Tensor dropped = plan_buffer(output.size(0), layer.out_channels, layer.out_side);
  kernel::PoolGeometry geometry{output.size(0), layer.out_side, layer.out_channels, false};
  auto activation = std::make_unique<PoolActivationDropoutBlock>(
      probe.activation, geometry, rates_of_layer(rates_, probe.layer), static_cast<std::uint32_t>(probe.layer),
      probe.pre_activation, KeptWinners{}, dropped);
  blocks_.push_back({"activation" + number, std::move(activation), probe});
  geometry.pool = true;
  auto pool = std::make_unique<PoolActivationDropoutBlock>(
      activation::Identity{}, geometry, std::vector<kernel::Breakpoint>{{0, 0}},
      static_cast<std::uint32_t>(probe.layer), dropped, KeptWinners{}, std::move(output));
  blocks_.push_back({"pool" + number, std::move(pool)});
}

void Network::add_pool(Probe probe, const LayerGeometry& layer, KeptWinners kept, at::Tensor output) {
  const kernel::PoolGeometry geometry{output.size(0), layer.out_side, layer.out_channels, layer.pool};
  auto block = std::make_unique<PoolActivationDropoutBlock>(
      probe.activation, geometry, rates_of_layer(rates_, probe.layer), static_cast<std::uint32_t>(probe.layer),
      probe.pre_activation, std::move(kept), std::move(output));
  blocks_.push_back({"pool" + std::to_string(probe.layer + 1), std::move(block), std::move(probe)});
}

std::int64_t Network::rates_stage(std::int64_t iteration) const {
  return std::count_if(rates_.begin(), rates_.end(),
                       [iteration](const LayerRates& rates) { return rates.from <= iteration; });
}

at::Tensor Network::logits() const { return last_output_.reshape({build_.batch_size, build_.classes}); }

void Network::forward(const Pass& pass, Observer* observer) {
  forward_only_ = pass.forward_only;
  for (auto& [name, block, probe] : blocks_) {
    block->forward(pass);
    if (observer) observer->finished("forward", name);
    if (observer && probe) observer->pre_activations(*probe);
  }
}

void Network::loss(std::int64_t valid, double gradient_scale, kernel::LossTotals* totals) {
  softmax_cross_entropy(kernel::buffer_of(last_output_), build_.batch_size, build_.classes,
                        labels_.data_ptr<std::int64_t>(), valid, gradient_scale, totals);
}

void Network::backward(const Pass& pass, Observer* observer) {
  TORCH_CHECK(!forward_only_, "a backward pass needs a forward pass before it that keeps what it wants");
  for (auto named = blocks_.rbegin(); named != blocks_.rend(); ++named) {
    named->block->backward(pass);
    if (observer) observer->finished("backward", named->name);
    if (observer && named->probe) observer->gradients(*named->probe);
  }
}

}  // namespace elubench::network
