// The binary format of CIFAR-100 and CIFAR-10: an image is its label bytes, then the red, green and blue plane of
// 1,024 bytes each, row by row.
#pragma once

#include <span>
#include <string>

#include "data/cifar_files.h"
#include "data/raw_dataset.h"

namespace elubench::data {

// Splits the bytes of a file into images and labels. Throws UsageError that names `file` where they are no whole
// number of images or a label is out of range.
RawImages parse_cifar(const CifarSet& set, std::span<const std::byte> bytes, const std::string& file);

// Reads and checks the set's files; the images are in their order. Throws UsageError where a file is missing or
// damaged (see check_content).
RawDataset read_cifar(const CifarSet& set, const std::filesystem::path& folder);

}  // namespace elubench::data
