// Everything that decides what one run computes. Free of LibTorch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/named_enum.h"
#include "data/specification.h"
#include "kernel/step_state.h"
#include "network/options.h"

namespace elubench {
namespace train {

enum class Precision {
  fp32,  // IEEE single precision: TF32 off
  bf16,  // bfloat16 activations, gradients and weight copies; fp32 master weights and momentum
};

// A value from some iteration on. Tables ascend and begin at 0.
using kernel::Breakpoint;
using Schedule = std::vector<Breakpoint>;

// The last breakpoint at or before `iteration`.
double value_at(const Schedule& schedule, std::int64_t iteration);

struct Specification {
  data::Specification data;
  network::Options network;
  std::string activation = "relu";  // canonical text, every parameter written out: "elu(alpha=1)"
  bool batch_norm = false;
  std::uint64_t seed = 1;
  std::int64_t batch_size = 100;
  std::int64_t iterations = 165000;
  Schedule learning_rate{{0, 0.01}, {35000, 0.005}, {85000, 0.0005}, {135000, 0.00005}};
  double momentum = 0.9;
  double weight_decay = 0.0005;
  Precision precision = Precision::fp32;
  std::int64_t test_every = 500;
  std::int64_t log_every = 100;
  std::int64_t checkpoint_every = 1000;
};

}  // namespace train

template <>
inline constexpr auto enum_names<train::Precision> = std::to_array<EnumName<train::Precision>>(
    {{train::Precision::fp32, "fp32"}, {train::Precision::bf16, "bf16"}});

}  // namespace elubench
