// A network as the paper writes it down. Free of LibTorch.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "network/options.h"

namespace elubench::network {

struct Layer {
  std::int64_t units;
  std::int64_t receptive_field;
};

enum class DropoutAfter { last_layer_of_stack, every_layer };

// Stacks of convolutions; 2x2 max-pooling with stride 2 after each stack, rounding up. An activation follows every
// convolution but the last, whose units are the classes of the data set.
struct Description {
  std::string_view name;
  std::string_view source;  // section of the paper
  std::vector<std::vector<Layer>> stacks;
  std::vector<double> dropout_rates;  // one a stack
  DropoutAfter dropout_after;
  EvenPadding even_padding;  // the default
};

}  // namespace elubench::network
