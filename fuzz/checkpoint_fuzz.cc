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
    std::size_t total = 0;
    for (const StoredTensor& tensor : file.tensors()) {
      total += tensor.bytes.size();
      fuzz::require(tensor.bytes.size() <= size, "a tensor lies in the file");
      for (const std::byte byte : tensor.bytes) total += static_cast<std::size_t>(byte) & 0u;  // each can be read
    }
    (void)total;
  } catch (const DamagedFile&) {
  }
  return 0;
}
