// The safetensors file format: 8 bytes little-endian length of a JSON header, the header, then the tensors' bytes
// (https://github.com/huggingface/safetensors).
// Files written here may carry in the header's `__metadata__` a SHA-256 (`sha256`) over the whole file with that
// field's value taken as 64 zeros, so damage anywhere is found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace elubench {

enum class StoredType { f32, f64, i64, u8 };

// A tensor as it lies in memory, row-major; the bytes belong to the caller.
struct StoredTensor {
  std::string name;
  StoredType type;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

// Writes atomically (see atomic_file.h). `metadata` must not hold `sha256`. The checksum goes in only if asked
// for.
void write_safetensors(const std::filesystem::path& path, std::span<const StoredTensor> tensors,
                       const std::map<std::string, std::string>& metadata, bool with_checksum);

// A file that was read whole and checked.
class SafetensorsFile {
 public:
  // Throws DamagedFile that says what is wrong (truncated, checksum expected and found, not a safetensors file),
  // and Error where it cannot be read.
  explicit SafetensorsFile(const std::filesystem::path& path);
  // The same of bytes that messages call `label`.
  SafetensorsFile(std::vector<std::byte> bytes, std::string label);
  SafetensorsFile(const SafetensorsFile&) = delete;  // the tensors point into this object
  SafetensorsFile& operator=(const SafetensorsFile&) = delete;
  // Whether it carried a checksum (which was right). Who knows that a file must have one refuses it without:
  // damage to the checksum's name would go unseen otherwise.
  bool has_checksum() const { return has_checksum_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::vector<StoredTensor>& tensors() const { return tensors_; }
  const StoredTensor& at(const std::string& name) const;  // throws Error that lists the names

 private:
  std::string path_;
  bool has_checksum_ = false;
  std::vector<std::byte> bytes_;
  std::map<std::string, std::string> metadata_;
  std::vector<StoredTensor> tensors_;
};

}  // namespace elubench
