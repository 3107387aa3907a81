// Images and labels, preprocessed, in the memory of the device that trains on them.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "data/image_shape.h"
#include "data/locations.h"
#include "data/specification.h"

namespace elubench::data {

struct Images {
  at::Tensor pixels;  // float32 (N, 32, 32, 3), contiguous: channels last
  at::Tensor labels;  // int64 (N)
  std::int64_t size() const { return labels.defined() ? labels.size(0) : 0; }
};

struct FileChecksum {
  std::string file;  // "train.bin"
  std::string sha256;
};

struct Dataset {
  std::int64_t classes = 0;
  Images train;       // the first `limit` of those not held out
  Images validation;  // the last `validation` training images; empty: size() == 0
  Images test;
  std::vector<FileChecksum> checksums;  // of what it was read from, and of the preprocessed training images
};

// Reads, checks, preprocesses, moves to `device`. The preprocessing is fitted on all training images whatever the
// limit. Throws UsageError where there are no data or they are damaged (which file, expected and found checksum),
// or where limit and validation leave no training image.
Dataset load(const Specification& specification, const Locations& locations, at::Device device);

}  // namespace elubench::data
