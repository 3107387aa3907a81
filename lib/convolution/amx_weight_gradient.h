// The gradient of a convolution's weight and bias in bfloat16, on a processor's matrix unit (Intel's AMX): one
// product over positions (amx_positions.h) for each tap. Only for processors that have it.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "convolution/amx_positions.h"
#include "convolution/geometry.h"

namespace elubench::convolution {

class AmxWeightGradient {
 public:
  explicit AmxWeightGradient(const Geometry& geometry);

  // Images (N, H, W, C), bfloat16 as its bits; weight (O, H, W, I) and bias (O), overwritten. Sums are made in the
  // order of the positions, so the bits depend neither on the threads nor on how the work is cut.
  void run(const std::uint16_t* input, const std::uint16_t* output_gradient, float* weight, float* bias);

 private:
  // The factors at `groups` times 32 positions from `first` on.
  struct Chunk {
    std::int64_t first, groups;
  };

  void pack(const std::uint16_t* input, const std::uint16_t* output_gradient, const Chunk& chunk);
  void pack_output(const std::uint16_t* output_gradient, const Chunk& chunk, std::int64_t group);
  void pack_input(const std::uint16_t* input, const Chunk& chunk, std::int64_t copy, std::int64_t group);
  void multiply(const Chunk& chunk, std::int64_t first_block, std::int64_t last_block);
  void multiply_block(std::int64_t block, std::int64_t group, std::int64_t groups, bool adds_up);
  void sum_bias(std::int64_t out_block, std::int64_t group, std::int64_t groups, bool adds_up);
  void unpack(std::int64_t out_channel, float* weight, float* bias) const;

  AmxPositions positions_;
  std::int64_t in_columns_, out_columns_, taps_;
  std::int64_t margin_, chunk_positions_, row_stride_;  // in positions
  std::int64_t in_blocks_, out_blocks_;
  // Factors. What lies in pairs can be read from even positions only, so there may be a second copy of the
  // input's, one position further on.
  std::int64_t copies_, copy_stride_, in_block_stride_;
  at::Tensor output_factor_, input_factor_;
  at::Tensor product_, bias_sums_;  // by blocks, taps and tiles; by channels and lanes
};

}  // namespace elubench::convolution
