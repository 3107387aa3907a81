// A preprocessed data set as one file, for other programs.
#pragma once

#include <filesystem>

#include "data/locations.h"
#include "data/specification.h"

namespace elubench::data {

// Writes safetensors: float32 train_images and test_images (N x 3 x 32 x 32, file order), int64 train_labels and
// test_labels. All images, whatever limit and validation say. Throws as load() does, and Error where the file
// cannot be written.
void dump(const Specification& specification, const Locations& locations, const std::filesystem::path& out);

}  // namespace elubench::data
