// Images and labels as they are in the files, or as they were made up, before any preprocessing.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string_view>
#include <vector>

#include "data/dataset.h"

namespace elubench::data {

struct RawImages {
  at::Tensor pixels;  // uint8 (N, 3, 32, 32)
  at::Tensor labels;  // int64 (N)
};

struct RawDataset {
  RawImages train, test;
  std::vector<FileChecksum> checksums;
  std::filesystem::path folder;  // that they were read from; empty for synthetic images
};

// What the text `set` of a specification names. Throws as load() does.
RawDataset read_raw(std::string_view set, const Locations& locations);

// Of the pixels, in their order.
std::string sha256_of(const at::Tensor& pixels);

}  // namespace elubench::data
