// A safetensors file is refused as damaged, or its tensors lie inside it.
#include <functional>
#include <vector>

#include "base/error.h"
#include "base/safetensors.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace elubench;
  const auto* const bytes = reinterpret_cast<const std::byte*>(data);
  try {
    const SafetensorsFile file(std::vector<std::byte>(bytes, bytes + size), "file");
    [[maybe_unused]] volatile std::byte read{};  // or the compiler would leave the reading out
    for (const StoredTensor& tensor : file.tensors()) {
      fuzz::require(tensor.bytes.size() <= size, "a tensor is no larger than the file");
      for (const std::byte byte : tensor.bytes) read = byte;
    }
  } catch (const DamagedFile&) {
  }
  return 0;
}
