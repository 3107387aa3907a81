#include "data/cifar_files.h"

#include "base/call_text.h"
#include "base/error.h"
#include "data/image_shape.h"

namespace elubench::data {
namespace {

std::int64_t images_in(const CifarSet& set, bool train) {
  std::uintmax_t bytes = 0;
  for (const CifarFile& file : set.files) {
    if (file.train == train) bytes += file.bytes;
  }
  return static_cast<std::int64_t>(bytes) / set.image_bytes();
}

std::string wrong_size(const CifarFile& file, const std::filesystem::path& path, std::uintmax_t bytes) {
  return path.string() + " is damaged: " + std::to_string(file.bytes) + " bytes expected, found " +
         std::to_string(bytes);
}

}  // namespace

std::string remedy(const CifarSet& set, const std::filesystem::path& path) {
  return "; get it again with: elubench data fetch " + set.name + " --data " +
         path.parent_path().parent_path().string();
}

std::int64_t CifarSet::image_bytes() const { return label_bytes + image_values; }
std::int64_t CifarSet::train_images() const { return images_in(*this, true); }
std::int64_t CifarSet::test_images() const { return images_in(*this, false); }

const std::vector<CifarSet>& cifar_sets() {
  static const std::vector<CifarSet> sets{
      {"cifar-100",
       "cifar-100-binary",
       "cifar-100-binary.tar.gz",
       "03b5dce01913d631647c71ecec9e9cb8",
       100,
       2,  // the superclass comes first
       {{"train.bin", 153700000, "f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29", true},
        {"test.bin", 30740000, "d8b1e6b7b3bee4020055f0699b111f60b1af1e262aeb93a0b659061746f8224a", false}}},
      {"cifar-10",
       "cifar-10-batches-bin",
       "cifar-10-binary.tar.gz",
       "c32a1d4ab5d03f1284b67883e8d87530",
       10,
       1,
       {{"data_batch_1.bin", 30730000, "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5", true},
        {"data_batch_2.bin", 30730000, "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed", true},
        {"data_batch_3.bin", 30730000, "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67", true},
        {"data_batch_4.bin", 30730000, "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48", true},
        {"data_batch_5.bin", 30730000, "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add", true},
        {"test_batch.bin", 30730000, "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b", false}}}};
  return sets;
}

const CifarSet& find_cifar(std::string_view name) {
  std::vector<std::string> names;
  for (const CifarSet& set : cifar_sets()) {
    if (set.name == name) return set;
    names.push_back(set.name);
  }
  throw UsageError("no files belong to the data set '" + std::string(name) + "'" + suggestion(name, names));
}

std::filesystem::path find_cifar_folder(const CifarSet& set, const Locations& locations) {
  std::string places;
  for (const std::filesystem::path& location : locations.folders) {
    const std::filesystem::path folder = location / set.folder;
    std::error_code unreadable;
    if (std::filesystem::is_directory(folder, unreadable)) return folder;
    places += (places.empty() ? "" : ", ") + folder.string();
  }
  throw UsageError("no " + set.name + ": looked for " + places + "; get it with: elubench data fetch " + set.name);
}

void check_sizes(const CifarSet& set, const std::filesystem::path& folder) {
  for (const CifarFile& file : set.files) {
    const auto path = folder / file.name;
    std::error_code error;
    const std::uintmax_t bytes = std::filesystem::file_size(path, error);
    if (error) throw UsageError("cannot read " + path.string() + ": " + error.message() + remedy(set, path));
    if (bytes != file.bytes) throw UsageError(wrong_size(file, path, bytes) + remedy(set, path));
  }
}

void check_content(const CifarSet& set, const CifarFile& file, const std::filesystem::path& path,
                   std::uintmax_t bytes, const std::string& sha256) {
  if (bytes != file.bytes) {
    throw UsageError(wrong_size(file, path, bytes) + " (SHA-256 expected " + file.sha256 + ", found " + sha256 +
                     ")" + remedy(set, path));
  }
  if (sha256 != file.sha256) {
    throw UsageError(path.string() + " is damaged: SHA-256 expected " + file.sha256 + ", found " + sha256 +
                     remedy(set, path));
  }
}

}  // namespace elubench::data
