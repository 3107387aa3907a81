#include "kernel/gather_augment.h"

#include "base/parallel.h"
#include "kernel/cuda/kernels.h"
#include "kernel/gather_augment_element.h"

namespace elubench::kernel {
namespace {

template <class Choice>
void gather(const Choice& choice, std::int64_t batch, Buffer images, std::int64_t* labels) {
  const auto pixels = static_cast<std::uint32_t>(choice.set.geometry.side * choice.set.geometry.side);
  for_element(images.element, [&]<class T>(T) {
    const GatherPixel<Choice, T> gather_pixel{choice, images.as<T>(), labels};
    parallel_for(0, batch, 4, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t place = first; place < last; ++place) {
        const std::int64_t image = choice.image_at(place);
        const Crop crop = choice.crop_at(place);
        labels[place] = choice.set.labels[image];
        for (std::uint32_t pixel = 0; pixel < pixels; ++pixel) gather_pixel.copy_pixel(place, pixel, image, crop);
      }
    });
  });
}

}  // namespace

void gather_training_batch(const ImageSet& set, const EpochOrders& orders, const StepState* step, bool augment,
                           std::int64_t batch, Buffer images, std::int64_t* labels) {
  const TrainingChoice choice{set, orders, step, augment, batch};
  if (images.device == Device::cuda) return cuda::gather(choice, batch, images, labels);
  gather(choice, batch, images, labels);
}

void gather_in_order(const ImageSet& set, std::int64_t first, std::int64_t batch, Buffer images,
                     std::int64_t* labels) {
  const InOrderChoice choice{set, first};
  if (images.device == Device::cuda) return cuda::gather(choice, batch, images, labels);
  gather(choice, batch, images, labels);
}

}  // namespace elubench::kernel
