// What a recipe says about the network. Free of LibTorch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/named_enum.h"

namespace elubench {
namespace network {

// The variance of the initial weights of a layer with `fan_in` inputs and `fan_out` outputs; biases are 0 but for
// libtorch.
enum class Initialization {
  lecun_normal,    // normal, 1 / fan_in
  he_normal,       // normal, 2 / fan_in
  xavier_uniform,  // uniform, 2 / (fan_in + fan_out)
  libtorch,        // uniform, 1 / (3 fan_in); biases uniform in +-1 / sqrt(fan_in)
};

// Padding of convolutions with receptive field 2 (odd receptive fields keep the size).
enum class EvenPadding {
  network_default,  // what the network's table says
  none,
  same,  // one zero row and column at the end
  both,  // one on each side
};

// Where a layer that a pool follows drops numbers. Before the pool, as frameworks do it with dropout in front of
// max-pooling: the largest of what is left comes through, scaled by 1 / (1 - rate), so that less is lost, but what
// a window gives in training is larger on average than in evaluation.
enum class DropoutPlace { after_pool, before_pool };

// From iteration `from` on, the rate of each stack.
struct DropoutPhase {
  std::int64_t from = 0;
  std::vector<double> rates;
  bool operator==(const DropoutPhase&) const = default;
};

struct Dropout {
  bool enabled = true;               // `dropout = false`: no layer drops anything
  std::vector<DropoutPhase> phases;  // empty: the network's own rates
  bool operator==(const Dropout&) const = default;
};

struct Options {
  std::string name = "elu11";
  double width = 1.0;  // multiplies hidden units, rounded, at least 1
  Initialization initialization = Initialization::lecun_normal;
  EvenPadding even_padding = EvenPadding::network_default;
  bool final_activation = false;
  Dropout dropout;
  DropoutPlace dropout_place = DropoutPlace::after_pool;
};

}  // namespace network

template <>
inline constexpr auto enum_names<network::Initialization> =
    std::to_array<EnumName<network::Initialization>>({{network::Initialization::lecun_normal, "lecun_normal"},
                                                      {network::Initialization::he_normal, "he_normal"},
                                                      {network::Initialization::xavier_uniform, "xavier_uniform"},
                                                      {network::Initialization::libtorch, "libtorch"}});

template <>
inline constexpr auto enum_names<network::EvenPadding> =
    std::to_array<EnumName<network::EvenPadding>>({{network::EvenPadding::none, "none"},
                                                   {network::EvenPadding::same, "same"},
                                                   {network::EvenPadding::both, "both"}});

template <>
inline constexpr auto enum_names<network::DropoutPlace> = std::to_array<EnumName<network::DropoutPlace>>(
    {{network::DropoutPlace::after_pool, "after_pool"}, {network::DropoutPlace::before_pool, "before_pool"}});

}  // namespace elubench
