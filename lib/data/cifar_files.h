// The official files of CIFAR-100 and CIFAR-10 (Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html).
// Free of LibTorch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/locations.h"

namespace elubench::data {

struct CifarFile {
  std::string name;
  std::uintmax_t bytes;
  std::string sha256;
  bool train;
};

struct CifarSet {
  std::string name;         // "cifar-100"
  std::string folder;       // "cifar-100-binary", inside the archive too
  std::string archive;      // "cifar-100-binary.tar.gz"
  std::string archive_md5;  // as the site publishes it
  std::int64_t classes;
  std::int64_t label_bytes;  // of an image; the last of them is the class
  std::vector<CifarFile> files;

  std::int64_t image_bytes() const;
  std::int64_t train_images() const;
  std::int64_t test_images() const;
};

const std::vector<CifarSet>& cifar_sets();

// Throws UsageError that names the nearest set.
const CifarSet& find_cifar(std::string_view name);

// The first of the locations that holds the set's folder. Throws UsageError that lists the places looked in.
std::filesystem::path find_cifar_folder(const CifarSet& set, const Locations& locations);

// By their sizes alone. Throws UsageError that names the first file that is missing or damaged, and what to do.
void check_sizes(const CifarSet& set, const std::filesystem::path& folder);

// What to do about a file of the set that is missing or damaged, as the end of a message.
std::string remedy(const CifarSet& set, const std::filesystem::path& path);

// Throws UsageError that names the file, the expected and the found SHA-256 (or size), and what to do.
void check_content(const CifarSet& set, const CifarFile& file, const std::filesystem::path& path,
                   std::uintmax_t bytes, const std::string& sha256);

}  // namespace elubench::data
