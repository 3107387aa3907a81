// The network of section 4.3 and table 1: 39.33 million parameters with 100 classes.
#pragma once

#include "network/description.h"

namespace elubench::network {

Description elu18();

}  // namespace elubench::network
