#include "data/raw_dataset.h"

#include "base/checksum.h"
#include "data/cifar.h"
#include "data/synthetic.h"
#include "data/table.h"

namespace elubench::data {

RawDataset read_raw(std::string_view set, const Locations& locations) {
  if (find_set(set).synthetic) return make_synthetic(parse_synthetic(set));
  const CifarSet& cifar = find_cifar(set);
  return read_cifar(cifar, find_cifar_folder(cifar, locations));
}

std::string sha256_of(const at::Tensor& pixels) {
  const at::Tensor contiguous = pixels.contiguous();
  const auto* first = static_cast<const std::byte*>(contiguous.const_data_ptr());
  return checksum_of(ChecksumKind::sha256, {first, contiguous.nbytes()});
}

}  // namespace elubench::data
