// The parts that a network is a list of. Each works on buffers that were planned before the first iteration.
#pragma once

#include <cstdint>

namespace elubench::network {

// What a pass through the network depends on besides weights and input.
struct Pass {
  bool training;           // dropout and batch statistics; else running statistics
  std::uint64_t seed;      // of the run, for dropout masks
  std::int64_t iteration;  // updates done so far
};

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
