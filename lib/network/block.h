// The parts that a network is a list of. Each works on buffers that were planned before the first iteration.
#pragma once

#include <cstdint>

#include "kernel/step_state.h"

namespace elubench::network {

// What a pass through the network depends on besides weights and input.
struct Pass {
  bool training = false;                    // dropout and batch statistics; else running statistics
  const kernel::StepState* step = nullptr;  // in training, on the network's device: what dropout masks depend on
  std::int64_t iteration = 0;               // in training: as there; the host picks the dropout rates by it
  bool forward_only = false;                // no backward pass follows, so nothing is kept for one
};

inline constexpr Pass evaluation_pass{};
inline constexpr Pass inference_pass{.forward_only = true};

// forward() fills the output buffer from the input buffer. backward() expects the gradient of the loss by the
// output in the output buffer and leaves the gradient by the input in the input buffer: activations are
// overwritten by their gradients.
class Block {
 public:
  virtual ~Block() = default;
  virtual void forward(const Pass& pass) = 0;
  virtual void backward(const Pass& pass) = 0;
};

}  // namespace elubench::network
