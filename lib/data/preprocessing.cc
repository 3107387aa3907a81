#include "data/preprocessing.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "data/whitening_cache.h"

namespace elubench::data {
namespace {

constexpr std::int64_t chunk_images = 4000;

std::vector<std::filesystem::path> cache_folders(const RawDataset& raw) {
  std::vector<std::filesystem::path> folders;
  if (!raw.folder.empty()) folders.push_back(raw.folder);
  folders.push_back(user_cache_folder() / "whitening");
  return folders;
}

Transform gcn_zca(const RawDataset& raw) {
  return [whitening = cached_whitening(raw.train.pixels.flatten(1), {}, cache_folders(raw))](
             const at::Tensor& pixels) { return whitened(whitening, pixels.flatten(1)).view(pixels.sizes()); };
}

struct Moments {
  double mean, deviation;
};

// From the histogram of the 256 values, so nothing is rounded before the end.
Moments moments_of(const at::Tensor& pixels) {
  const at::Tensor histogram = at::bincount(pixels.flatten(), {}, 256).to(at::kDouble);
  const at::Tensor values = at::arange(256, at::kDouble);
  const double count = static_cast<double>(pixels.numel());
  const double mean = (histogram * values).sum().item<double>() / count;
  const double variance = (histogram * (values - mean).square()).sum().item<double>() / count;
  return {mean, variance > 0 ? std::sqrt(variance) : 1.0};
}

Transform standardize(const RawDataset& raw) {
  at::Tensor mean = at::empty({1, image_channels, 1, 1}, at::kFloat);
  at::Tensor deviation = at::empty_like(mean);
  for (std::int64_t channel = 0; channel < image_channels; ++channel) {
    const Moments moments = moments_of(raw.train.pixels.select(1, channel));
    mean.select(1, channel).fill_(moments.mean);
    deviation.select(1, channel).fill_(moments.deviation);
  }
  return [mean, deviation](const at::Tensor& pixels) { return (pixels.to(at::kFloat) - mean).div_(deviation); };
}

}  // namespace

Transform fit(Preprocessing preprocessing, const RawDataset& raw) {
  switch (preprocessing) {
    case Preprocessing::gcn_zca:
      return gcn_zca(raw);
    case Preprocessing::standardize:
      return standardize(raw);
    case Preprocessing::none:
      return [](const at::Tensor& pixels) { return pixels.to(at::kFloat).div_(255); };
  }
  throw Error("unknown preprocessing");
}

at::Tensor transformed(const Transform& transform, const at::Tensor& pixels, bool channels_last) {
  const std::int64_t count = pixels.size(0);
  at::Tensor result = channels_last ? at::empty({count, image_side, image_side, image_channels}, at::kFloat)
                                    : at::empty(pixels.sizes(), at::kFloat);
  at::Tensor planes = channels_last ? result.permute({0, 3, 1, 2}) : result;
  for (std::int64_t first = 0; first < count; first += chunk_images) {
    const std::int64_t size = std::min(chunk_images, count - first);
    planes.narrow(0, first, size).copy_(transform(pixels.narrow(0, first, size)));
  }
  return result;
}

}  // namespace elubench::data
