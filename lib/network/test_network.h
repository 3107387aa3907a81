// What the network's tests share: weights and images from formulas, and the network in LibTorch's autograd.
#pragma once

#include <ATen/Functions.h>

#include <cmath>
#include <map>
#include <string>

#include "activation/table.h"
#include "base/error.h"
#include "network/network.h"
#include "random/philox.h"

namespace elubench::network {

// Numbers in [-amplitude, amplitude) from a 32-bit integer hash of the row-major index, as in golden.py. float32.
inline at::Tensor formula(at::IntArrayRef shape, std::uint32_t tag, double amplitude) {
  at::Tensor values = at::empty(shape, at::kFloat);
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    std::uint32_t h = (static_cast<std::uint32_t>(i) + 1) * 2654435761u + tag * 3266489917u;
    h = (h ^ (h >> 15)) * 2246822519u;
    h ^= h >> 13;
    values.data_ptr<float>()[i] = static_cast<float>(amplitude * (h / 2147483648.0 - 1.0));
  }
  return values;
}

inline Build small_build(const std::string& name, const std::string& activation, bool batch_norm = false) {
  Options options;
  options.name = name;
  options.width = 0.125;
  options.dropout.enabled = false;
  return {options, activation::parse(activation), batch_norm, 100, 4, at::kCPU, at::kFloat};
}

// Weights, images and labels of golden.py; for batch normalisation also running statistics.
inline void set_from_formulas(Network& network) {
  std::uint32_t number = 0;
  for (const auto& entry : network.parameters().entries()) {
    if (entry.name.starts_with("conv") && entry.name.ends_with(".weight")) {
      ++number;
      const double fan_in = static_cast<double>(entry.value[0].numel());
      entry.value.copy_(formula(entry.value.sizes(), 2 * number, std::sqrt(6 / fan_in)));
    } else if (entry.name.starts_with("conv")) {
      entry.value.copy_(formula(entry.value.sizes(), 2 * number + 1, 0.1));
    } else {
      entry.value.copy_(formula(entry.value.sizes(), 100 + number, 0.3) +
                        (entry.name.ends_with("weight") ? 1 : 0));
    }
  }
  number = 0;
  for (const auto& statistic : network.parameters().statistics()) {
    const bool variance = statistic.name.ends_with("var");
    statistic.value.copy_(formula(statistic.value.sizes(), 200 + number++, 0.5) + (variance ? 1 : 0));
  }
  network.parameters().refresh_copy();
  network.images().copy_(formula({network.batch_size(), 3, 32, 32}, 0, 1.5).permute({0, 2, 3, 1}));
  network.labels().copy_(at::remainder(at::arange(network.batch_size(), at::kLong) * 7, 100));
}

inline at::Tensor reference_activation(const std::string& name, const at::Tensor& x) {
  if (name == "relu") return at::relu(x);
  if (name == "elu(alpha=1)") return at::elu(x);
  if (name == "gelu") return at::gelu(x);
  throw Error("no reference for " + name);
}

// The network of `build` in LibTorch's operators, in double.
class Reference {
 public:
  Reference(const Build& build, Network& network, const std::string& activation)
      : build_(build), activation_(activation) {
    for (const auto& entry : network.parameters().entries()) {
      parameters_[entry.name] = entry.value.to(at::kDouble).contiguous().clone().requires_grad_();
    }
    for (const auto& statistic : network.parameters().statistics()) {
      statistics_[statistic.name] = statistic.value.to(at::kDouble).clone();
    }
  }

  at::Tensor logits(const at::Tensor& images, const Pass& pass) {
    at::Tensor x = images.to(at::kDouble).permute({0, 3, 1, 2}).contiguous();
    const auto layers = layers_of(build_.options, build_.classes);
    const auto phases = dropout_of(build_.options);
    for (std::size_t l = 0; l < layers.size(); ++l) {
      const LayerGeometry& layer = layers[l];
      x = at::constant_pad_nd(x, {layer.padding_begin, layer.padding_end, layer.padding_begin, layer.padding_end});
      x = at::conv2d(x, parameters_[layer.name + ".weight"], parameters_[layer.name + ".bias"]);
      if (build_.batch_norm && layer.activation) {
        const std::string bn = "bn" + std::to_string(l + 1);
        x = at::batch_norm(x, parameters_[bn + ".weight"], parameters_[bn + ".bias"],
                           statistics_[bn + ".running_mean"], statistics_[bn + ".running_var"], pass.training, 0.1,
                           1e-5, false);
      }
      if (layer.activation) x = reference_activation(activation_, x);
      double rate = 0;
      for (const LayerRates& phase : phases) {
        if (pass.training && phase.from <= pass.iteration) rate = phase.rates[l];
      }
      const auto drop = [&] {
        if (rate > 0) x = x * mask(x, rate, pass, static_cast<std::uint32_t>(l));
      };
      const bool before_pool = build_.options.dropout_place == DropoutPlace::before_pool;
      if (before_pool) drop();
      if (layer.pool) x = at::max_pool2d(x, {2, 2}, {2, 2}, {0, 0}, {1, 1}, true);
      if (!before_pool) drop();
    }
    return x.flatten(1);
  }

  std::map<std::string, at::Tensor>& parameters() { return parameters_; }
  std::map<std::string, at::Tensor>& statistics() { return statistics_; }

 private:
  static at::Tensor mask(const at::Tensor& like, double rate, const Pass& pass, std::uint32_t layer) {
    const random::Stream stream{pass.step->seed, random::Purpose::dropout, layer,
                                static_cast<std::uint32_t>(pass.step->iteration)};
    at::Tensor mask = at::empty({like.size(0), like.size(2), like.size(3), like.size(1)}, at::kDouble);
    for (std::int64_t i = 0; i < mask.numel(); ++i) {
      const bool dropped = stream.word(static_cast<std::uint64_t>(i)) < rate * 0x1p32;
      mask.data_ptr<double>()[i] = dropped ? 0 : 1 / (1 - rate);
    }
    return mask.permute({0, 3, 1, 2});
  }

  Build build_;
  std::string activation_;
  std::map<std::string, at::Tensor> parameters_, statistics_;
};

inline double relative_error(const at::Tensor& value, const at::Tensor& expected) {
  const at::Tensor exact = expected.to(at::kDouble);
  return ((value.to(at::kDouble) - exact).norm() / (exact.norm() + 1e-12)).item<double>();
}

}  // namespace elubench::network
