#include "network/elu11.h"

namespace elubench::network {

Description elu11() {
  return {.name = "elu11",
          .source = "Clevert, Unterthiner and Hochreiter 2015, section 4.2",
          .stacks = {{{192, 5}},
                     {{192, 1}, {240, 3}},
                     {{240, 1}, {260, 2}},
                     {{260, 1}, {280, 2}},
                     {{280, 1}, {300, 2}},
                     {{300, 1}},
                     {{100, 1}}},
          .dropout_rates = {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0},
          .dropout_after = DropoutAfter::last_layer_of_stack,
          .even_padding = EvenPadding::none};
}

}  // namespace elubench::network
