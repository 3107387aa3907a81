// Checksums as lower-case hexadecimal text (OpenSSL's implementations).
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace elubench {

enum class ChecksumKind { md5, sha256 };

// Takes in bytes piece by piece.
class Checksum {
 public:
  explicit Checksum(ChecksumKind kind);
  ~Checksum();
  void update(std::span<const std::byte> bytes);
  std::string hexadecimal();  // ends it

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

std::string checksum_of(ChecksumKind kind, std::span<const std::byte> bytes);
// Throws Error where the file cannot be read.
std::string checksum_of_file(ChecksumKind kind, const std::filesystem::path& path);

}  // namespace elubench
