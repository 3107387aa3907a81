#include "convolution/amx_weight_gradient.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <vector>

#include "base/parallel.h"
#include "convolution/amx_tiles.h"

namespace elubench::convolution {
namespace {

constexpr std::int64_t group_size = amx::position_group;
static_assert(AmxPositions::at_once == group_size);
constexpr std::int64_t block_side = amx::block_side;
constexpr std::int64_t tile_side = block_side / 2;

// The factors of so many positions are laid out at a time: they stay in a core's second cache.
constexpr std::int64_t most_positions = 1280;
// One block's factors at so many groups of positions stay in its first cache while all taps are multiplied.
constexpr std::int64_t groups_at_once = 20;

std::int64_t groups_of(std::int64_t positions) { return (positions + group_size - 1) / group_size; }
std::int64_t blocks_of(std::int64_t columns) { return (columns + block_side - 1) / block_side; }

// An odd number of cache lines: rows then begin in different sets of a cache.
std::int64_t row_stride_of(std::int64_t positions) { return (groups_of(positions) | 1) * group_size; }

std::int64_t copies_of(const std::vector<std::int64_t>& shifts) {
  return std::any_of(shifts.begin(), shifts.end(), [](std::int64_t shift) { return shift % 2 != 0; }) ? 2 : 1;
}

template <class T>
T* data(at::Tensor& tensor) {
  return static_cast<T*>(tensor.mutable_data_ptr());
}

template <class T>
const T* data(const at::Tensor& tensor) {
  return static_cast<const T*>(tensor.const_data_ptr());
}

}  // namespace

AmxWeightGradient::AmxWeightGradient(const Geometry& geometry)
    : positions_(geometry),
      in_columns_(positions_.input_columns()),
      out_columns_(geometry.out_channels),
      taps_(static_cast<std::int64_t>(positions_.shifts().size())),
      margin_(groups_of(positions_.reach()) * group_size),
      chunk_positions_(std::min(most_positions, groups_of(positions_.count()) * group_size)),
      row_stride_(row_stride_of(chunk_positions_)),
      in_blocks_(blocks_of(in_columns_)),
      out_blocks_(blocks_of(out_columns_)),
      copies_(copies_of(positions_.shifts())),
      copy_stride_(in_blocks_ * (chunk_positions_ + 2 * margin_) * block_side),
      in_block_stride_((chunk_positions_ + 2 * margin_) * block_side),
      output_factor_(at::empty({out_blocks_ * block_side * row_stride_}, at::kBFloat16)),
      input_factor_(at::empty({copies_ * copy_stride_}, at::kBFloat16)),
      product_(at::empty({out_blocks_ * in_blocks_ * taps_ * amx::block_size}, at::kFloat)),
      bias_sums_(at::empty({out_columns_ * tile_side}, at::kFloat)) {}

void AmxWeightGradient::run(const std::uint16_t* input, const std::uint16_t* output_gradient, float* weight,
                            float* bias) {
  for (std::int64_t first = 0; first < positions_.count(); first += chunk_positions_) {
    const Chunk chunk{first, groups_of(std::min(chunk_positions_, positions_.count() - first))};
    pack(input, output_gradient, chunk);
    parallel_for(0, out_blocks_ * in_blocks_, 1,
                 [&](std::int64_t begin, std::int64_t end) { multiply(chunk, begin, end); });
  }
  parallel_for(0, out_columns_, tile_side, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t channel = begin; channel < end; ++channel) unpack(channel, weight, bias);
  });
}

void AmxWeightGradient::pack(const std::uint16_t* input, const std::uint16_t* output_gradient,
                             const Chunk& chunk) {
  const std::int64_t input_groups = chunk.groups + 2 * margin_ / group_size;
  parallel_for(0, chunk.groups + copies_ * input_groups, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      if (task < chunk.groups) {
        pack_output(output_gradient, chunk, task);
      } else {
        const std::int64_t input_task = task - chunk.groups;
        pack_input(input, chunk, input_task / input_groups, input_task % input_groups);
      }
    }
  });
}

void AmxWeightGradient::pack_output(const std::uint16_t* output_gradient, const Chunk& chunk, std::int64_t group) {
  AmxPositions::Row rows[group_size];
  positions_.output_rows(output_gradient, chunk.first + group * group_size, rows);
  amx::pack_turned(rows, out_columns_, row_stride_, block_side * row_stride_,
                   data<std::uint16_t>(output_factor_) + group * group_size);
}

void AmxWeightGradient::pack_input(const std::uint16_t* input, const Chunk& chunk, std::int64_t copy,
                                   std::int64_t group) {
  AmxPositions::Row rows[group_size];
  std::vector<std::uint16_t> patches;
  positions_.input_rows(input, chunk.first - margin_ + copy + group * group_size, patches, rows);
  amx::pack_pairs(rows, in_columns_, in_block_stride_,
                  data<std::uint16_t>(input_factor_) + copy * copy_stride_ + group * group_size * block_side);
}

void AmxWeightGradient::multiply(const Chunk& chunk, std::int64_t first_block, std::int64_t last_block) {
  const amx::Tiles tiles;
  for (std::int64_t group = 0; group < chunk.groups; group += groups_at_once) {
    const std::int64_t groups = std::min(groups_at_once, chunk.groups - group);
    const bool adds_up = chunk.first > 0 || group > 0;
    for (std::int64_t block = first_block; block < last_block; ++block) {
      if (block % in_blocks_ == 0) sum_bias(block / in_blocks_, group, groups, adds_up);
      multiply_block(block, group, groups, adds_up);
    }
  }
}

void AmxWeightGradient::multiply_block(std::int64_t block, std::int64_t group, std::int64_t groups, bool adds_up) {
  const std::int64_t out_block = block / in_blocks_, in_block = block % in_blocks_;
  const std::uint16_t* outputs =
      data<std::uint16_t>(output_factor_) + out_block * block_side * row_stride_ + group * group_size;
  const std::uint16_t* inputs = data<std::uint16_t>(input_factor_) + in_block * in_block_stride_ +
                                (margin_ + group * group_size) * block_side;
  float* product = data<float>(product_) + block * taps_ * amx::block_size;
  for (std::int64_t copy = 0; copy < copies_; ++copy) {
    for (std::int64_t tap = 0; tap < taps_; ++tap) {
      const std::int64_t shift = positions_.shifts()[static_cast<std::size_t>(tap)];
      if (std::abs(shift) % 2 != copy) continue;
      amx::multiply_block({.first = outputs,
                           .row_stride = row_stride_,
                           .second = inputs + copy * copy_stride_ + (shift - copy) * block_side,
                           .groups = groups,
                           .two_rows = out_columns_ - out_block * block_side > tile_side,
                           .two_columns = in_columns_ - in_block * block_side > tile_side},
                          adds_up, product + tap * amx::block_size);
    }
  }
}

void AmxWeightGradient::sum_bias(std::int64_t out_block, std::int64_t group, std::int64_t groups, bool adds_up) {
  const std::int64_t last = std::min((out_block + 1) * block_side, out_columns_);
  for (std::int64_t channel = out_block * block_side; channel < last; ++channel) {
    float* sums = data<float>(bias_sums_) + channel * tile_side;
    if (!adds_up) std::fill_n(sums, tile_side, 0.0f);
    amx::add_up(data<std::uint16_t>(output_factor_) + channel * row_stride_ + group * group_size, groups, sums);
  }
}

void AmxWeightGradient::unpack(std::int64_t out_channel, float* weight, float* bias) const {
  const float* sums = data<float>(bias_sums_) + out_channel * tile_side;
  bias[out_channel] = 0;
  for (std::int64_t lane = 0; lane < tile_side; ++lane) bias[out_channel] += sums[lane];

  const std::int64_t out_block = out_channel / block_side, row = out_channel % block_side;
  for (std::int64_t tap = 0; tap < taps_; ++tap) {
    float* to = weight + (out_channel * taps_ + tap) * in_columns_;
    for (std::int64_t column = 0; column < in_columns_; column += tile_side) {
      const std::int64_t block = out_block * in_blocks_ + column / block_side;
      const std::int64_t tile = row / tile_side * 2 + column % block_side / tile_side;
      const float* from = data<float>(product_) + (block * taps_ + tap) * amx::block_size +
                          (tile * tile_side + row % tile_side) * tile_side;
      std::copy_n(from, std::min(tile_side, in_columns_ - column), to + column);
    }
  }
}

}  // namespace elubench::convolution
