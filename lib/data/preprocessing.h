// From stored pixels to what a network sees.
#pragma once

#include <functional>

#include "data/raw_dataset.h"
#include "data/specification.h"

namespace elubench::data {

// From pixels, uint8 (N, 3, 32, 32), to float32 (N, 3, 32, 32), image by image.
using Transform = std::function<at::Tensor(const at::Tensor& pixels)>;

// Fits the preprocessing to all training images of `raw`: gcn-zca see whitening.h (the fit is kept beside the data
// or, where that cannot be written, in the user's cache folder); standardize: per channel minus the mean, divided
// by the standard deviation of all pixels; none: divided by 255.
Transform fit(Preprocessing preprocessing, const RawDataset& raw);

// Applies it to some images at a time. Returns contiguous float32 (N, 32, 32, 3) with channels_last, else
// (N, 3, 32, 32).
at::Tensor transformed(const Transform& transform, const at::Tensor& pixels, bool channels_last);

}  // namespace elubench::data
