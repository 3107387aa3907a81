#include "base/checksum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/temporary_folder.h"

namespace elubench {
namespace {

std::string checksum_of_text(ChecksumKind kind, std::string_view text) {
  return checksum_of(kind, std::as_bytes(std::span(text)));
}

// RFC 1321, appendix A.5.
TEST(Checksum, GivesMd5OfItsStandard) {
  EXPECT_EQ(checksum_of_text(ChecksumKind::md5, ""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(checksum_of_text(ChecksumKind::md5, "message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
}

// FIPS 180-2, appendix B.
TEST(Checksum, GivesSha256OfItsStandard) {
  EXPECT_EQ(checksum_of_text(ChecksumKind::sha256, "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(checksum_of_text(ChecksumKind::sha256, std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Checksum, IsTheSameInPiecesAndFromAFile) {
  const TemporaryFolder folder;
  const std::string text(3000000, 'a');  // more than one buffer of the reader
  write_atomically(folder.path() / "file", text);
  Checksum pieces(ChecksumKind::sha256);
  pieces.update(std::as_bytes(std::span(text).first(1)));
  pieces.update(std::as_bytes(std::span(text).subspan(1)));
  const std::string whole = checksum_of_text(ChecksumKind::sha256, text);
  EXPECT_EQ(pieces.hexadecimal(), whole);
  EXPECT_EQ(checksum_of_file(ChecksumKind::sha256, folder.path() / "file"), whole);
}

TEST(Checksum, NamesAFileThatCannotBeRead) {
  for (const char* path : {"/nowhere", "/"}) {
    EXPECT_THAT([&] { checksum_of_file(ChecksumKind::md5, path); },
                ::testing::ThrowsMessage<Error>(::testing::HasSubstr(path)));
  }
}

}  // namespace
}  // namespace elubench
