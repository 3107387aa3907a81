// Max-pooling, activation and dropout in one kernel: y = dropout(max over the window of f(x)).
//
// Where f is monotone the maximum is taken first and f applied to it alone: the result is the same and the work a
// quarter. Nothing need be stored for the backward pass: it finds the winner of each window and f' from x again,
// and draws the same mask. Where x does not last until then, the winners are kept.
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

// What won each window, as y in number and order. On the host.
struct PoolWinners {
  Buffer x;              // of y's element type
  std::uint8_t* places;  // in the window: 0..3, row by row
};

// x: (batch, side, side, channels), y: (batch, pooled side, pooled side, channels), of the same element type.
// The i-th element of y is dropped by the i-th word of the dropout's stream. On ties the first of the window wins
// (row by row), as in LibTorch; a NaN always wins. kept: null, as always on a GPU, or what is written
// for a backward pass.
void pool_activation_dropout_forward(const activation::Activation& activation, const PoolGeometry& geometry,
                                     const Dropout& dropout, Buffer x, Buffer y,
                                     const PoolWinners* kept = nullptr);

// x holds the pre-activations, or whatever it may where the winners were kept, and is overwritten with the
// gradient of the loss by them; y_gradient as y above.
void pool_activation_dropout_backward(const activation::Activation& activation, const PoolGeometry& geometry,
                                      const Dropout& dropout, Buffer x, Buffer y_gradient,
                                      const PoolWinners* kept = nullptr);

}  // namespace elubench::kernel
