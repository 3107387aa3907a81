#include "train/export_weights.h"

#include <ATen/Functions.h>

#include "base/safetensors.h"
#include "data/stored_tensor.h"
#include "network/parameters.h"
#include "network/table.h"
#include "train/checkpoint.h"

namespace elubench::train {

void export_weights(const Specification& specification, std::int64_t classes, const std::filesystem::path& folder,
                    const std::filesystem::path& out) {
  network::Parameters parameters(network::layers_of(specification.network, classes), specification.batch_norm,
                                 at::kCPU, at::kFloat);
  load_newest(folder, parameters);
  std::vector<at::Tensor> kept;
  std::vector<StoredTensor> stored;
  const auto add = [&](const std::string& name, const at::Tensor& tensor) {
    kept.push_back(tensor.contiguous(at::MemoryFormat::Contiguous));
    stored.push_back(data::stored(name, kept.back()));
  };
  for (const auto& entry : parameters.entries()) add(entry.name, entry.value);
  for (const auto& statistic : parameters.statistics()) add(statistic.name, statistic.value);
  write_safetensors(out, stored, {}, false);
}

}  // namespace elubench::train
