#include "convolution/amx_positions.h"

#include <algorithm>
#include <cstdlib>

namespace elubench::convolution {
namespace {

bool sees_all(const Geometry& g) {
  return g.receptive_field == g.in_side && g.padding_begin == 0 && g.padding_end == 0;
}

std::int64_t patch_size(const Geometry& g) { return g.receptive_field * g.receptive_field * g.in_channels; }

// Where a patch is small, because a tap of few channels would leave most of a tile empty.
bool pays_in_one_tap(const Geometry& g) { return sees_all(g) || patch_size(g) <= 256; }

std::vector<std::int64_t> shifts_of(const Geometry& g, std::int64_t side) {
  std::vector<std::int64_t> shifts;
  for (std::int64_t y = 0; y < g.receptive_field; ++y) {
    for (std::int64_t x = 0; x < g.receptive_field; ++x)
      shifts.push_back((y - g.padding_begin) * side + x - g.padding_begin);
  }
  return shifts;
}

}  // namespace

AmxPositions::AmxPositions(const Geometry& geometry)
    : g_(geometry),
      one_tap_(pays_in_one_tap(geometry)),
      side_(one_tap_ ? g_.out_side
                     : std::max(g_.in_side + std::max(g_.padding_begin, g_.padding_end), g_.out_side)),
      count_(g_.batch * side_ * side_),
      input_columns_(one_tap_ ? patch_size(g_) : g_.in_channels),
      shifts_(one_tap_ ? std::vector<std::int64_t>{0} : shifts_of(g_, side_)),
      zeros_(static_cast<std::size_t>(std::max(input_columns_, g_.out_channels))) {}

std::int64_t AmxPositions::reach() const {
  std::int64_t reach = 0;
  for (const std::int64_t shift : shifts_) reach = std::max(reach, std::abs(shift));
  return reach;
}

AmxPositions::Pixel AmxPositions::pixel_of(std::int64_t position) const {
  return {position / (side_ * side_), position / side_ % side_, position % side_};
}

void AmxPositions::output_rows(Row output_gradient, std::int64_t first, Row rows[at_once]) const {
  for (std::int64_t i = 0; i < at_once; ++i) {
    const std::int64_t position = first + i;
    rows[i] = zeros_.data();
    if (position < 0 || position >= count_) continue;
    const Pixel pixel = pixel_of(position);
    if (pixel.row >= g_.out_side || pixel.column >= g_.out_side) continue;
    rows[i] =
        output_gradient + ((pixel.image * g_.out_side + pixel.row) * g_.out_side + pixel.column) * g_.out_channels;
  }
}

void AmxPositions::copy_patch(Row input, const Pixel& output, std::uint16_t* to) const {
  const std::int64_t field = g_.receptive_field, channels = g_.in_channels;
  const std::int64_t left = output.column - g_.padding_begin;
  const std::int64_t begin = std::max<std::int64_t>(left, 0), end = std::min(left + field, g_.in_side);
  for (std::int64_t y = 0; y < field; ++y, to += field * channels) {
    const std::int64_t row = output.row - g_.padding_begin + y;
    if (row < 0 || row >= g_.in_side || begin >= end) {
      std::fill_n(to, field * channels, std::uint16_t{0});
      continue;
    }
    std::uint16_t* inside = std::fill_n(to, (begin - left) * channels, std::uint16_t{0});
    const Row from = input + ((output.image * g_.in_side + row) * g_.in_side + begin) * channels;
    inside = std::copy_n(from, (end - begin) * channels, inside);
    std::fill_n(inside, (left + field - end) * channels, std::uint16_t{0});
  }
}

void AmxPositions::input_rows(Row input, std::int64_t first, std::vector<std::uint16_t>& patches,
                              Row rows[at_once]) const {
  const bool copies = one_tap_ && !sees_all(g_);
  if (copies) patches.resize(static_cast<std::size_t>(at_once * input_columns_));
  for (std::int64_t i = 0; i < at_once; ++i) {
    const std::int64_t position = first + i;
    rows[i] = zeros_.data();
    if (position < 0 || position >= count_) continue;
    const Pixel pixel = pixel_of(position);
    if (copies) {
      std::uint16_t* patch = patches.data() + i * input_columns_;
      copy_patch(input, pixel, patch);
      rows[i] = patch;
    } else if (one_tap_) {
      rows[i] = input + position * input_columns_;
    } else if (pixel.row < g_.in_side && pixel.column < g_.in_side) {
      rows[i] = input + ((pixel.image * g_.in_side + pixel.row) * g_.in_side + pixel.column) * g_.in_channels;
    }
  }
}

}  // namespace elubench::convolution
