// A file of CIFAR images is refused, or every label is one of the set's. The first byte chooses the set.
#include "base/error.h"
#include "data/cifar.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace elubench;
  if (size == 0) return 0;
  const auto& sets = data::cifar_sets();
  const data::CifarSet& set = sets[data[0] % sets.size()];
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  try {
    const data::RawImages images = data::parse_cifar(set, bytes, "train.bin");
    fuzz::require(images.pixels.size(0) * set.image_bytes() == static_cast<std::int64_t>(bytes.size()),
                  "every byte belongs to an image");
    for (std::int64_t i = 0; i < images.labels.size(0); ++i) {
      const auto label = images.labels[i].item<std::int64_t>();
      fuzz::require(label >= 0 && label < set.classes, "a label is one of the set's");
    }
  } catch (const UsageError&) {
  }
  return 0;
}
