#include "base/safetensors.h"

#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/atomic_file.h"
#include "base/checksum.h"
#include "base/error.h"

namespace elubench {
namespace {

using Json = nlohmann::json;

constexpr const char* checksum_key = "sha256";
const std::string no_checksum(64, '0');

struct TypeName {
  StoredType type;
  const char* name;
  std::size_t bytes;
};
constexpr TypeName type_names[] = {{StoredType::f32, "F32", 4},
                                   {StoredType::f64, "F64", 8},
                                   {StoredType::i64, "I64", 8},
                                   {StoredType::u8, "U8", 1}};

const TypeName& entry_of(StoredType type) {
  for (const TypeName& entry : type_names) {
    if (entry.type == type) return entry;
  }
  throw Error("unknown stored type");
}

const TypeName& entry_of(const std::string& name) {
  for (const TypeName& entry : type_names) {
    if (name == entry.name) return entry;
  }
  throw Error("unknown element type '" + name + "'");
}

// The header, padded with blanks so that the tensors begin at a multiple of 64 bytes.
std::string header_text(std::span<const StoredTensor> tensors,
                        const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::size_t offset = 0;
  for (const StoredTensor& tensor : tensors) {
    header[tensor.name] = {{"dtype", entry_of(tensor.type).name},
                           {"shape", tensor.shape},
                           {"data_offsets", {offset, offset + tensor.bytes.size()}}};
    offset += tensor.bytes.size();
  }
  std::string text = header.dump();
  text.append((64 - (text.size() + 8) % 64) % 64, ' ');
  return text;
}

std::vector<std::span<const std::byte>> pieces_of(const std::uint64_t& length, const std::string& header,
                                                  std::span<const StoredTensor> tensors) {
  std::vector<std::span<const std::byte>> pieces{std::as_bytes(std::span(&length, 1)),
                                                 std::as_bytes(std::span(header))};
  for (const StoredTensor& tensor : tensors) pieces.push_back(tensor.bytes);
  return pieces;
}

std::string checksum_of_pieces(const std::vector<std::span<const std::byte>>& pieces) {
  Checksum checksum(ChecksumKind::sha256);
  for (const auto& piece : pieces) checksum.update(piece);
  return checksum.hexadecimal();
}

// The text of the checksum in the header, where it is; both have the same length as what they replace.
void replace_in_header(std::string& header, const std::string& from, const std::string& to) {
  const std::string quoted = std::string("\"") + checksum_key + "\":\"";
  const auto at = header.find(quoted + from);
  if (at == std::string::npos) throw Error("its checksum is not where it belongs");
  header.replace(at + quoted.size(), to.size(), to);
}

void check_against(const std::string& expected, std::string header, std::span<const std::byte> data) {
  replace_in_header(header, expected, no_checksum);
  const std::uint64_t length = header.size();
  const std::string found =
      checksum_of_pieces({std::as_bytes(std::span(&length, 1)), std::as_bytes(std::span(header)), data});
  if (found != expected) throw Error("it is damaged: SHA-256 expected " + expected + ", found " + found);
}

// JSON has other numbers, too, and to convert one that is too large is undefined.
std::size_t whole_number(const Json& number) {
  if (!number.is_number_unsigned()) throw Error("its header has a number that is no size");
  return number.get<std::size_t>();
}

StoredTensor tensor_from(const std::string& name, const Json& entry, std::span<const std::byte> data) {
  const TypeName& type = entry_of(entry.at("dtype").get<std::string>());
  const std::size_t first = whole_number(entry.at("data_offsets").at(0));
  const std::size_t last = whole_number(entry.at("data_offsets").at(1));
  std::vector<std::int64_t> shape;
  std::size_t count = 1;
  for (const Json& number : entry.at("shape")) {
    const std::size_t size = whole_number(number);
    const bool is_too_large = size > std::numeric_limits<std::int64_t>::max();
    if (is_too_large || (size > 0 && count > data.size() / size))
      throw Error("its tensor '" + name + "' has an impossible shape");
    count *= size;
    shape.push_back(static_cast<std::int64_t>(size));
  }
  if (first > last || last > data.size() || last - first != count * type.bytes) {
    throw Error("its tensor '" + name + "' does not fit the file");
  }
  return {name, type.type, shape, data.subspan(first, last - first)};
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, std::span<const StoredTensor> tensors,
                       const std::map<std::string, std::string>& metadata, bool with_checksum) {
  std::map<std::string, std::string> all = metadata;
  if (with_checksum) all[checksum_key] = no_checksum;
  std::string header = header_text(tensors, all);
  const std::uint64_t length = header.size();
  if (with_checksum) {
    const std::string checksum = checksum_of_pieces(pieces_of(length, header, tensors));
    replace_in_header(header, no_checksum, checksum);
  }
  write_atomically(path, pieces_of(length, header, tensors));
}

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path)
    : SafetensorsFile(read_bytes(path), path.string()) {}

SafetensorsFile::SafetensorsFile(std::vector<std::byte> bytes, std::string label)
    : path_(std::move(label)), bytes_(std::move(bytes)) {
  try {
    std::uint64_t length = 0;
    if (bytes_.size() < sizeof length) throw Error("it is truncated");
    std::memcpy(&length, bytes_.data(), sizeof length);
    if (length > bytes_.size() - sizeof length) throw Error("it is truncated, or no safetensors file");
    const std::string header(reinterpret_cast<const char*>(bytes_.data()) + sizeof length, length);
    const std::span<const std::byte> data = std::span<const std::byte>(bytes_).subspan(sizeof length + length);
    const Json parsed = Json::parse(header);
    if (!parsed.is_object()) throw Error("its header cannot be read");
    for (const auto& [name, entry] : parsed.items()) {
      if (name == "__metadata__") {
        metadata_ = entry.get<std::map<std::string, std::string>>();
      } else {
        tensors_.push_back(tensor_from(name, entry, data));
      }
    }
    if (const auto found = metadata_.find(checksum_key); found != metadata_.end()) {
      check_against(found->second, header, data);
      metadata_.erase(found);
      has_checksum_ = true;
    }
  } catch (const Json::exception&) {
    throw DamagedFile(path_ + ": its header cannot be read");
  } catch (const Error& error) {
    throw DamagedFile(path_ + ": " + error.what());
  }
}

const StoredTensor& SafetensorsFile::at(const std::string& name) const {
  std::string names;
  for (const StoredTensor& tensor : tensors_) {
    if (tensor.name == name) return tensor;
    names += (names.empty() ? "" : ", ") + tensor.name;
  }
  throw Error(path_ + " has no tensor '" + name + "'; it has: " + names);
}

}  // namespace elubench
