#include "data/cifar.h"

#include <ATen/Functions.h>

#include <cstring>

#include "base/atomic_file.h"
#include "base/checksum.h"
#include "base/error.h"

namespace elubench::data {
namespace {

RawImages joined(const std::vector<RawImages>& parts) {
  std::vector<at::Tensor> pixels;
  std::vector<at::Tensor> labels;
  for (const RawImages& part : parts) {
    pixels.push_back(part.pixels);
    labels.push_back(part.labels);
  }
  return {at::cat(pixels), at::cat(labels)};
}

std::vector<std::byte> read_file(const CifarSet& set, const std::filesystem::path& path) {
  try {
    return read_bytes(path);
  } catch (const Error& error) {
    throw UsageError(error.what() + remedy(set, path));
  }
}

}  // namespace

RawImages parse_cifar(const CifarSet& set, std::span<const std::byte> bytes, const std::string& file) {
  const std::int64_t count = static_cast<std::int64_t>(bytes.size()) / set.image_bytes();
  if (count * set.image_bytes() != static_cast<std::int64_t>(bytes.size())) {
    throw UsageError(file + ": " + std::to_string(bytes.size()) + " bytes are no whole number of images of " +
                     std::to_string(set.image_bytes()) + " bytes");
  }
  RawImages images{at::empty({count, image_channels, image_side, image_side}, at::kByte),
                   at::empty({count}, at::kLong)};
  auto* pixels = images.pixels.mutable_data_ptr<std::uint8_t>();
  auto* labels = images.labels.mutable_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < count; ++i) {
    const std::byte* image = bytes.data() + i * set.image_bytes();
    labels[i] = static_cast<std::int64_t>(image[set.label_bytes - 1]);
    if (labels[i] >= set.classes) {
      throw UsageError(file + ": image " + std::to_string(i) + " has the label " + std::to_string(labels[i]) +
                       ", but " + set.name + " has " + std::to_string(set.classes) + " classes");
    }
    std::memcpy(pixels + i * image_values, image + set.label_bytes, image_values);
  }
  return images;
}

RawDataset read_cifar(const CifarSet& set, const std::filesystem::path& folder) {
  RawDataset dataset;
  dataset.folder = folder;
  std::vector<RawImages> train;
  std::vector<RawImages> test;
  for (const CifarFile& file : set.files) {
    const std::filesystem::path path = folder / file.name;
    const std::vector<std::byte> bytes = read_file(set, path);
    const std::string sha256 = checksum_of(ChecksumKind::sha256, bytes);
    check_content(set, file, path, bytes.size(), sha256);
    dataset.checksums.push_back({file.name, sha256});
    (file.train ? train : test).push_back(parse_cifar(set, bytes, path.string()));
  }
  dataset.train = joined(train);
  dataset.test = joined(test);
  return dataset;
}

}  // namespace elubench::data
