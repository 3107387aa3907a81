// Tensors and threads for the tests of convolutions.
#pragma once

#include <ATen/Functions.h>

#include <ostream>

#include "base/parallel.h"
#include "convolution/geometry.h"

namespace elubench::convolution {

inline void PrintTo(const Geometry& g, std::ostream* out) {
  *out << "batch " << g.batch << ", " << g.in_channels << " channels of side " << g.in_side << " to "
       << g.out_channels << " of side " << g.out_side << ", receptive field " << g.receptive_field;
}

// Numbers in [-1, 1] that differ by `tag`, (N, C, H, W) channels last, rounded to the element type.
inline at::Tensor images(at::IntArrayRef nchw, double tag, at::ScalarType element) {
  const at::Tensor flat = at::arange(nchw[0] * nchw[1] * nchw[2] * nchw[3], at::kDouble);
  return at::sin(flat * (0.7 + tag) + tag)
      .view({nchw[0], nchw[2], nchw[3], nchw[1]})
      .to(element)
      .permute({0, 3, 1, 2});
}

struct TwoThreads {
  TwoThreads() { set_thread_count(2); }
  ~TwoThreads() { set_thread_count(1); }
};

}  // namespace elubench::convolution
