#include "network/initial_weights.h"

#include <ATen/Functions.h>

#include <cmath>
#include <functional>

#include "random/philox.h"

namespace elubench::network {
namespace {

struct Fan {
  double in, out;
};

Fan fan_of(const at::Tensor& weight) {
  const double field = static_cast<double>(weight.size(2) * weight.size(3));
  return {static_cast<double>(weight.size(1)) * field, static_cast<double>(weight.size(0)) * field};
}

using Draw = std::function<double(random::Block)>;

Draw normal(double variance) {
  return
      [deviation = std::sqrt(variance)](random::Block block) { return deviation * random::normal_pair(block)[0]; };
}

// Uniform on (-bound, bound); its variance is bound^2 / 3.
Draw uniform(double bound) {
  return [bound](random::Block block) {
    return bound * (2 * random::uniform_positive(block.word[0], block.word[1]) - 1);
  };
}

Draw weight_distribution(Initialization initialization, Fan fan) {
  switch (initialization) {
    case Initialization::lecun_normal:
      return normal(1 / fan.in);
    case Initialization::he_normal:
      return normal(2 / fan.in);
    case Initialization::xavier_uniform:
      return uniform(std::sqrt(6 / (fan.in + fan.out)));
    case Initialization::libtorch:
      return uniform(1 / std::sqrt(fan.in));
  }
  return {};
}

at::Tensor drawn(const at::Tensor& like, const Draw& draw, const random::Stream& stream) {
  at::Tensor host = at::empty(like.sizes(), at::kFloat);
  float* values = host.data_ptr<float>();
  for (std::int64_t i = 0; i < host.numel(); ++i) {
    values[i] = static_cast<float>(draw(stream.block(static_cast<std::uint64_t>(i))));
  }
  return host;
}

}  // namespace

void set_initial_weights(Initialization initialization, std::uint64_t seed, Parameters& parameters) {
  parameters.values().zero_();
  parameters.velocities().zero_();
  std::uint32_t layer = 0;
  Fan fan{};
  for (const auto& entry : parameters.entries()) {
    const bool weight = entry.name.ends_with(".weight");
    if (entry.name.starts_with("bn")) {
      if (weight) entry.value.fill_(1);
    } else if (weight) {
      fan = fan_of(entry.value);
      const random::Stream stream{seed, random::Purpose::initial_weights, 2 * layer, 0};
      entry.value.copy_(drawn(entry.value, weight_distribution(initialization, fan), stream));
    } else {
      const random::Stream stream{seed, random::Purpose::initial_weights, 2 * layer + 1, 0};
      if (initialization == Initialization::libtorch) {
        entry.value.copy_(drawn(entry.value, uniform(1 / std::sqrt(fan.in)), stream));
      }
      ++layer;
    }
  }
  for (const auto& statistic : parameters.statistics())
    statistic.value.fill_(statistic.name.ends_with("var") ? 1 : 0);
  parameters.refresh_copy();
}

}  // namespace elubench::network
