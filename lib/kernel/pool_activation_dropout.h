// Max-pooling, activation and dropout in one kernel: y = dropout(max over the window of f(x)).
//
// Where f is monotone the maximum is taken first and f applied to it alone: the result is the same and the work a
// quarter. Nothing is stored for the backward pass: it finds the winner of each window and f' from x again, and
// draws the same mask.
#pragma once

#include <cstdint>

#include "activation/activation.h"
#include "base/host_device.h"
#include "kernel/buffer.h"
#include "kernel/dropout.h"

namespace elubench::kernel {

struct PoolGeometry {
  std::int64_t batch;
  std::int64_t side;  // of the square input images
  std::int64_t channels;
  bool pool;  // 2x2 windows, stride 2; windows that overhang the border are cut off there. Else windows of one
              // pixel

  ELUBENCH_HOST_DEVICE std::int64_t pooled_side() const { return pool ? (side + 1) / 2 : side; }
};

// x: (batch, side, side, channels), y: (batch, pooled side, pooled side, channels), of the same element type.
// The i-th element of y is dropped by the i-th word of the dropout's stream. On ties the first of the window wins
// (row by row), as in LibTorch; a NaN always wins.
void pool_activation_dropout_forward(const activation::Activation& activation, const PoolGeometry& geometry,
                                     const Dropout& dropout, Buffer x, Buffer y);

// x holds the pre-activations and is overwritten with the gradient of the loss by them; y_gradient as y above.
void pool_activation_dropout_backward(const activation::Activation& activation, const PoolGeometry& geometry,
                                      const Dropout& dropout, Buffer x, Buffer y_gradient);

}  // namespace elubench::kernel
