#include "base/checksum.h"

#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <vector>

#include "base/error.h"

namespace elubench {

struct Checksum::Implementation {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

Checksum::Checksum(ChecksumKind kind) : implementation_(std::make_unique<Implementation>()) {
  const EVP_MD* algorithm = kind == ChecksumKind::md5 ? EVP_md5() : EVP_sha256();
  if (EVP_DigestInit_ex(implementation_->context.get(), algorithm, nullptr) != 1) {
    throw Error("this machine's OpenSSL refuses the checksum " + std::string(EVP_MD_get0_name(algorithm)));
  }
}

Checksum::~Checksum() = default;

void Checksum::update(std::span<const std::byte> bytes) {
  EVP_DigestUpdate(implementation_->context.get(), bytes.data(), bytes.size());
}

std::string Checksum::hexadecimal() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  EVP_DigestFinal_ex(implementation_->context.get(), digest.data(), &size);
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

std::string checksum_of(ChecksumKind kind, std::span<const std::byte> bytes) {
  Checksum checksum(kind);
  checksum.update(bytes);
  return checksum.hexadecimal();
}

std::string checksum_of_file(ChecksumKind kind, const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  Checksum checksum(kind);
  std::vector<char> buffer(1 << 20);
  while (file) {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    checksum.update(std::as_bytes(std::span(buffer.data(), static_cast<std::size_t>(file.gcount()))));
  }
  if (!file.eof()) throw Error("cannot read " + path.string());
  return checksum.hexadecimal();
}

}  // namespace elubench
