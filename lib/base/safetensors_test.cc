#include "base/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/temporary_folder.h"

namespace elubench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class Safetensors : public ::testing::Test {
 protected:
  void write(bool with_checksum) const {
    const StoredTensor tensors[] = {{"weight", StoredType::f32, {2, 3}, std::as_bytes(std::span(weight))},
                                    {"labels", StoredType::i64, {2}, std::as_bytes(std::span(labels))},
                                    {"none", StoredType::u8, {0, 4}, {}}};
    write_safetensors(path, tensors, {{"made_by", "a \"test\""}}, with_checksum);
  }
  void put(const std::string& bytes) const { std::ofstream(path, std::ios::binary) << bytes; }
  // A file with this header and so many zero bytes of data.
  void write_header(const std::string& header, std::size_t data_bytes) const {
    const std::uint64_t length = header.size();
    std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
    put(bytes + header + std::string(data_bytes, '\0'));
  }

  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "file.safetensors";
  const std::vector<float> weight{1.5f, -2, 3, 4, 5, 6};
  const std::vector<std::int64_t> labels{7, -8};
};

TEST_F(Safetensors, ReadBackWhatWasWritten) {
  for (const bool with_checksum : {false, true}) {
    write(with_checksum);
    const SafetensorsFile file(path);
    EXPECT_EQ(file.has_checksum(), with_checksum);
    EXPECT_EQ(file.metadata(), (std::map<std::string, std::string>{{"made_by", "a \"test\""}}));
    EXPECT_EQ(file.tensors().size(), 3u);
    const StoredTensor& found = file.at("weight");
    EXPECT_EQ(found.type, StoredType::f32);
    EXPECT_EQ(found.shape, (std::vector<std::int64_t>{2, 3}));
    ASSERT_EQ(found.bytes.size(), 24u);
    EXPECT_EQ(std::memcmp(found.bytes.data(), weight.data(), 24), 0);
    EXPECT_EQ(std::memcmp(file.at("labels").bytes.data(), labels.data(), 16), 0);
    EXPECT_TRUE(file.at("none").bytes.empty());
    EXPECT_THAT([&] { file.at("bias"); }, ThrowsMessage<Error>(AllOf(HasSubstr("bias"), HasSubstr("weight"))));
  }
}

// Byte for byte the file of the format's description: an unsigned little-endian length, JSON, the tensors one
// after the other.
TEST_F(Safetensors, HaveTheDocumentedLayout) {
  const StoredTensor tensor{"a", StoredType::f32, {6}, std::as_bytes(std::span(weight))};
  write_safetensors(path, std::span(&tensor, 1), {}, false);
  const std::string bytes = read_text(path);
  const std::string header = R"({"a":{"data_offsets":[0,24],"dtype":"F32","shape":[6]}})";
  EXPECT_EQ(bytes.substr(0, 8), std::string("\x38\0\0\0\0\0\0\0", 8));  // 56 = 64 - 8
  EXPECT_EQ(bytes.substr(8, 56), header + std::string(56 - header.size(), ' '));
  EXPECT_EQ(bytes.substr(64), std::string(reinterpret_cast<const char*>(weight.data()), 24));
}

// One flipped bit anywhere is an error, or takes the checksum's name away, which a reader sees too.
TEST_F(Safetensors, ShowDamageOfAnyByte) {
  write(true);
  const std::string whole = read_text(path);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    put(damaged);
    try {
      EXPECT_FALSE(SafetensorsFile(path).has_checksum()) << "byte " << i;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(path.string()));
    }
  }
}

TEST_F(Safetensors, SayWhichChecksumWasExpectedAndFound) {
  write(true);
  std::string bytes = read_text(path);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  put(bytes);
  EXPECT_THAT([&] { SafetensorsFile{path}; },
              ThrowsMessage<Error>(AllOf(HasSubstr("SHA-256 expected "), HasSubstr(", found "))));
}

TEST_F(Safetensors, ShowThatTheyAreTruncatedAnywhere) {
  write(true);
  const std::string whole = read_text(path);
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    put(whole.substr(0, size));
    EXPECT_THROW(SafetensorsFile{path}, Error) << size;
  }
}

TEST_F(Safetensors, RefuseWhatOnlyLooksLikeThem) {
  const auto tensor = [](const std::string& type, const std::string& shape, const std::string& offsets) {
    return R"({"a":{"dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
  };
  EXPECT_NO_THROW((write_header(tensor("F32", "[2]", "[0,8]"), 8), SafetensorsFile{path}));
  for (const std::string& header :
       {std::string("no JSON"), std::string("[]"), std::string(R"({"a":1})"), tensor("F33", "[2]", "[0,8]"),
        tensor("F32", "[3]", "[0,8]"), tensor("F32", "[-1]", "[0,8]"), tensor("F32", "[2]", "[0,16]"),
        tensor("F32", "[2]", "[8,0]"), tensor("F32", "[4611686018427387906]", "[0,8]"),
        tensor("F32", "[2]", "[0]"), tensor("F32", "[0,18446744073709551615]", "[0,0]"),
        tensor("F32", "[2]", "[0,8e24]"), tensor("F32", "[2.5]", "[0,8]"), tensor("F32", "[1e300]", "[0,8]"),
        tensor("F32", "[65536,65536,65536,65536,2]", "[0,8]")}) {
    write_header(header, 8);
    EXPECT_THAT([&] { SafetensorsFile{path}; }, ThrowsMessage<Error>(HasSubstr(path.string()))) << header;
  }
}

}  // namespace
}  // namespace elubench
