// For measurements and diagnostics: told what has just ended, and shown what is there for a moment only.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "activation/activation.h"

namespace elubench::network {

// Of one layer and some images of the batch: all of them, or of a first layer in slices those of one slice.
struct Probe {
  std::size_t layer;  // 0, 1, ...
  activation::Activation activation;
  std::int64_t first_image;
  at::Tensor pre_activation;  // (N, C, H, W), channels last
};

class Observer {
 public:
  virtual ~Observer() = default;
  // phase: "data", "forward", "loss", "backward", "update"; part: a block such as "conv3", or empty. A part may
  // come back in the same phase: once for each slice of the batch.
  virtual void finished(std::string_view /*phase*/, std::string_view /*part*/) {}
  // In a forward pass the pre-activations, in a backward pass their gradient, before anything overwrites them.
  virtual void pre_activations(const Probe& /*probe*/) {}
  virtual void gradients(const Probe& /*probe*/) {}
};

}  // namespace elubench::network
