#include "network/parameters.h"

#include <ATen/Functions.h>

#include <algorithm>

#include "base/error.h"

namespace elubench::network {
namespace {

constexpr std::int64_t alignment = 16;

struct Placed {
  std::string name;
  std::vector<std::int64_t> shape;
  std::int64_t offset;
  std::int64_t count;
};

class Layout {
 public:
  void add(const std::string& name, std::vector<std::int64_t> shape) {
    std::int64_t count = 1;
    for (std::int64_t size : shape) count *= size;
    placed_.push_back({name, std::move(shape), size_, count});
    size_ += (count + alignment - 1) / alignment * alignment;
  }
  const std::vector<Placed>& placed() const { return placed_; }
  std::int64_t size() const { return size_; }

 private:
  std::vector<Placed> placed_;
  std::int64_t size_ = 0;
};

Layout layout_of(const std::vector<LayerGeometry>& layers, bool batch_norm) {
  Layout layout;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const LayerGeometry& layer = layers[l];
    layout.add(layer.name + ".weight",
               {layer.out_channels, layer.in_channels, layer.receptive_field, layer.receptive_field});
    layout.add(layer.name + ".bias", {layer.out_channels});
    if (!batch_norm || !layer.activation) continue;
    layout.add("bn" + std::to_string(l + 1) + ".weight", {layer.out_channels});
    layout.add("bn" + std::to_string(l + 1) + ".bias", {layer.out_channels});
  }
  return layout;
}

// In memory a convolution's weight is (O, H, W, I): channels last.
at::Tensor view_of(const at::Tensor& flat, const Placed& placed) {
  const at::Tensor part = flat.narrow(0, placed.offset, placed.count);
  if (placed.shape.size() != 4) return part.view(placed.shape);
  const auto& s = placed.shape;
  return part.view({s[0], s[2], s[3], s[1]}).permute({0, 3, 1, 2});
}

}  // namespace

Parameters::Parameters(const std::vector<LayerGeometry>& layers, bool batch_norm, at::Device device,
                       at::ScalarType copy_element) {
  const Layout layout = layout_of(layers, batch_norm);
  const auto options = at::TensorOptions(at::kFloat).device(device);
  values_ = at::zeros({layout.size()}, options);
  velocities_ = at::zeros({layout.size()}, options);
  gradients_ = at::zeros({layout.size()}, options);
  copy_ = copy_element == at::kFloat ? values_ : at::zeros({layout.size()}, options.dtype(copy_element));
  for (const Placed& placed : layout.placed()) {
    entries_.push_back(
        {placed.name, view_of(values_, placed), view_of(gradients_, placed), view_of(copy_, placed)});
    if (placed.name.starts_with("bn") && placed.name.ends_with(".weight")) {
      const std::string stem = placed.name.substr(0, placed.name.find('.'));
      statistics_.push_back({stem + ".running_mean", at::zeros({placed.count}, options)});
      statistics_.push_back({stem + ".running_var", at::ones({placed.count}, options)});
    }
  }
}

const Parameters::Entry& Parameters::entry(const std::string& name) const {
  for (const Entry& entry : entries_) {
    if (entry.name == name) return entry;
  }
  throw Error("the network has no parameter '" + name + "'");
}

at::Tensor Parameters::statistic(const std::string& name) const {
  for (const Statistic& statistic : statistics_) {
    if (statistic.name == name) return statistic.value;
  }
  throw Error("the network has no statistic '" + name + "'");
}

bool Parameters::are_finite() const {
  const auto finite = [](const at::Tensor& tensor) { return at::isfinite(tensor.sum(at::kDouble)).item<bool>(); };
  return finite(values_) && std::all_of(statistics_.begin(), statistics_.end(),
                                        [&](const Statistic& statistic) { return finite(statistic.value); });
}

void Parameters::refresh_copy() {
  if (has_separate_copy()) copy_.copy_(values_);
}

}  // namespace elubench::network
