// Made-up CIFAR files for tests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/atomic_file.h"
#include "base/checksum.h"
#include "base/temporary_folder.h"
#include "data/cifar_files.h"
#include "data/image_shape.h"

namespace elubench::data {

inline std::string sha256_of_text(const std::string& text) {
  return checksum_of(ChecksumKind::sha256, std::as_bytes(std::span(text)));
}

// An image: `label_bytes` - 1 bytes 9, the label, then pixel k = (first + k) mod 251.
inline std::string made_up_image(std::int64_t label_bytes, int label, int first) {
  std::string image(static_cast<std::size_t>(label_bytes - 1), char{9});
  image += static_cast<char>(label);
  for (int k = 0; k < image_values; ++k) image += static_cast<char>((first + k) % 251);
  return image;
}

// A data set of its own: two training files with two and one images, a test file with one.
struct MadeUpCifar {
  explicit MadeUpCifar(std::int64_t label_bytes) {
    set = {"made-up", "made-up-bin", "made-up.tar.gz", "", 7, label_bytes, {}};
    add("one.bin", made_up_image(label_bytes, 3, 0) + made_up_image(label_bytes, 6, 100), true);
    add("two.bin", made_up_image(label_bytes, 0, 200), true);
    add("test.bin", made_up_image(label_bytes, 5, 50), false);
  }

  void write(const std::filesystem::path& parent) const {
    std::filesystem::create_directories(parent / set.folder);
    for (std::size_t i = 0; i < contents.size(); ++i) {
      write_atomically(parent / set.folder / set.files[i].name, contents[i]);
    }
  }

  CifarSet set;
  std::vector<std::string> contents;

 private:
  void add(const std::string& name, const std::string& content, bool train) {
    set.files.push_back({name, content.size(), sha256_of_text(content), train});
    contents.push_back(content);
  }
};

}  // namespace elubench::data
