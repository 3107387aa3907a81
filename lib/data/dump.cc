#include "data/dump.h"

#include "base/safetensors.h"
#include "data/preprocessing.h"
#include "data/stored_tensor.h"

namespace elubench::data {

void dump(const Specification& specification, const Locations& locations, const std::filesystem::path& out) {
  const RawDataset raw = read_raw(specification.set, locations);
  const Transform transform = fit(specification.preprocessing, raw);
  const at::Tensor train = transformed(transform, raw.train.pixels, false);
  const at::Tensor test = transformed(transform, raw.test.pixels, false);
  const StoredTensor tensors[] = {stored("train_images", train), stored("test_images", test),
                                  stored("train_labels", raw.train.labels),
                                  stored("test_labels", raw.test.labels)};
  const std::string preprocessing(to_name(specification.preprocessing));
  write_safetensors(out, tensors, {{"set", specification.set}, {"preprocessing", preprocessing}}, false);
}

}  // namespace elubench::data
