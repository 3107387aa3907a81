#include "data/dataset.h"

#include <algorithm>

#include "base/error.h"
#include "data/preprocessing.h"
#include "data/table.h"

namespace elubench::data {
namespace {

RawImages slice(const RawImages& images, std::int64_t first, std::int64_t count) {
  return {images.pixels.narrow(0, first, count), images.labels.narrow(0, first, count)};
}

Images prepared(const RawImages& images, const Transform& transform, at::Device device) {
  return {transformed(transform, images.pixels, true).to(device), images.labels.clone().to(device)};
}

// How many training images are not held out.
std::int64_t remaining(const Specification& specification, std::int64_t train_images) {
  if (specification.limit < 0 || specification.validation < 0) {
    throw UsageError("limit and validation of the data set must be 0 or more");
  }
  if (specification.validation >= train_images) {
    throw UsageError("validation = " + std::to_string(specification.validation) + " leaves none of the " +
                     std::to_string(train_images) + " training images of " + specification.set +
                     "; hold out fewer");
  }
  return train_images - specification.validation;
}

}  // namespace

Dataset load(const Specification& specification, const Locations& locations, at::Device device) {
  const Row set = find_set(specification.set);
  const std::int64_t available = remaining(specification, set.train_images);
  const std::int64_t count = specification.limit == 0 ? available : std::min(specification.limit, available);
  const RawDataset raw = read_raw(specification.set, locations);
  const Transform transform = fit(specification.preprocessing, raw);
  Dataset dataset{.classes = set.classes, .train = {}, .validation = {}, .test = {}, .checksums = raw.checksums};
  dataset.train = prepared(slice(raw.train, 0, count), transform, device);
  if (specification.validation > 0) {
    dataset.validation = prepared(slice(raw.train, available, specification.validation), transform, device);
  }
  dataset.test = prepared(raw.test, transform, device);
  // Rounding in the fit depends on the machine: this tells whether two runs saw the same numbers.
  dataset.checksums.push_back({"training images, preprocessed", sha256_of(dataset.train.pixels.cpu())});
  return dataset;
}

}  // namespace elubench::data
