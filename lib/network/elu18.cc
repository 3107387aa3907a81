#include "network/elu18.h"

namespace elubench::network {

// The paper gives seven dropout rates for the eight stacks; the last stack, which makes the logits, drops nothing.
Description elu18() {
  return {.name = "elu18",
          .source = "Clevert, Unterthiner and Hochreiter 2015, section 4.3",
          .stacks = {{{384, 3}},
                     {{384, 1}, {384, 2}, {640, 2}, {640, 2}},
                     {{640, 1}, {768, 2}, {768, 2}, {768, 2}},
                     {{768, 1}, {896, 2}, {896, 2}},
                     {{896, 3}, {1024, 2}, {1024, 2}},
                     {{1024, 1}, {1152, 2}},
                     {{1152, 1}},
                     {{100, 1}}},
          .dropout_rates = {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0, 0},
          .dropout_after = DropoutAfter::every_layer,
          .even_padding = EvenPadding::same};
}

}  // namespace elubench::network
