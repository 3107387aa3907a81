// Made-up images: a stand-in where CIFAR cannot be had, and data for tests.
//
// A class is a smooth pattern: random values at 8 x 8 knots of each colour, interpolated linearly to 32 x 32 and
// joined at the borders. Its mean is 0 in each colour, so no class can be told by its mean colour. An image is the
// pattern of its class, moved by up to 8 pixels, perhaps mirrored, at random contrast, with the fainter pattern of
// another class and noise on top. Only whole numbers are used: an image is the same on every machine.
#pragma once

#include "data/raw_dataset.h"
#include "data/synthetic_options.h"

namespace elubench::data {

// Image i, of either split, is of class i mod classes. The checksums are those of the pixels.
RawDataset make_synthetic(const SyntheticOptions& options);

}  // namespace elubench::data
