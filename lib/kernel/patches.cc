#include "kernel/patches.h"

#include "base/parallel.h"
#include "kernel/cuda/kernels.h"
#include "kernel/patches_element.h"

namespace elubench::kernel {
namespace {

template <class Body>
void for_each_image_element(std::int64_t images, std::uint32_t elements, const Body& body) {
  parallel_for(0, images, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t image = first; image < last; ++image) {
      for (std::uint32_t element = 0; element < elements; ++element) body(image, element);
    }
  });
}

}  // namespace

void gather_patches(const PatchGeometry& geometry, Buffer images, Buffer patches) {
  if (images.device == Device::cuda) return cuda::gather_patches(geometry, images, patches);
  for_element(images.element, [&]<class T>(T) {
    using Body = GatherPatch<T>;
    for_each_image_element(geometry.batch, Body::elements(geometry),
                           Body{geometry, images.as<const T>(), patches.as<T>()});
  });
}

void add_patches(const PatchGeometry& geometry, Buffer patches, Buffer images) {
  if (images.device == Device::cuda) return cuda::add_patches(geometry, patches, images);
  for_element(images.element, [&]<class T>(T) {
    using Body = AddPatches<T>;
    for_each_image_element(geometry.batch, Body::elements(geometry),
                           Body{geometry, patches.as<const float>(), images.as<T>()});
  });
}

}  // namespace elubench::kernel
