// The networks that there are, and what they cost, from tables alone. Free of LibTorch.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "convolution/geometry.h"
#include "network/description.h"
#include "network/options.h"

namespace elubench::network {

std::vector<Description> networks();

// Throws UsageError that names the nearest valid choice.
Description find_network(std::string_view name);

// One convolution with what follows it, sizes worked out.
struct LayerGeometry {
  std::string name;                     // "conv1", "conv2", ...
  std::int64_t in_channels, in_side;    // square images
  std::int64_t out_channels, out_side;  // before the pool
  std::int64_t receptive_field;
  std::int64_t padding_begin, padding_end;  // zero rows and columns
  bool activation;
  bool pool;                 // 2x2, stride 2, rounding up
  std::int64_t pooled_side;  // out_side if there is no pool
  std::int64_t weight_count() const { return out_channels * in_channels * receptive_field * receptive_field; }
  std::int64_t multiply_adds() const { return weight_count() * out_side * out_side; }
  convolution::Geometry of_images(std::int64_t images) const {
    return {images, in_channels, in_side, out_channels, out_side, receptive_field, padding_begin, padding_end};
  }
};

// Throws UsageError where the image runs out (even_padding = none on a deep network) or an option does not fit.
std::vector<LayerGeometry> layers_of(const Options& options, std::int64_t classes);

struct Cost {
  std::int64_t parameters;              // weights and biases, and batch normalisation's scale and shift
  std::int64_t multiply_adds_an_image;  // forward
};
Cost cost_of(const Options& options, std::int64_t classes, bool batch_norm);

// The dropout rate after each layer of the network in one phase; phases ascend and begin at 0.
struct LayerRates {
  std::int64_t from;
  std::vector<double> rates;  // one a layer
};
std::vector<LayerRates> dropout_of(const Options& options);

// Fills in what the options leave to the network, so that they can be recorded whole.
Options resolved(Options options);

}  // namespace elubench::network
