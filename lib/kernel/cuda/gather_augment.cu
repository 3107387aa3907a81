#include "kernel/cuda/kernels.h"
#include "kernel/cuda/launch.cuh"

namespace elubench::kernel::cuda {
namespace {

template <class Choice>
void gather_by(const Choice& choice, std::int64_t batch, Buffer images, std::int64_t* labels) {
  const auto pixels = static_cast<std::uint32_t>(choice.set.geometry.side * choice.set.geometry.side);
  for_element(images.element, [&]<class T>(T) {
    for_each_image_element("gather", batch, pixels, GatherPixel<Choice, T>{choice, images.as<T>(), labels});
  });
}

}  // namespace

void gather(const TrainingChoice& choice, std::int64_t batch, Buffer images, std::int64_t* labels) {
  gather_by(choice, batch, images, labels);
}

void gather(const InOrderChoice& choice, std::int64_t batch, Buffer images, std::int64_t* labels) {
  gather_by(choice, batch, images, labels);
}

}  // namespace elubench::kernel::cuda
