// The 11-layer network of section 4.2 and figures 4 and 5: 1,669,028 parameters with 100 classes.
#pragma once

#include "network/description.h"

namespace elubench::network {

Description elu11();

}  // namespace elubench::network
