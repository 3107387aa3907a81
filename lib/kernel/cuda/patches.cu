#include "kernel/cuda/kernels.h"
#include "kernel/cuda/launch.cuh"
#include "kernel/patches_element.h"

namespace elubench::kernel::cuda {

void gather_patches(const PatchGeometry& geometry, Buffer images, Buffer patches) {
  for_element(images.element, [&]<class T>(T) {
    using Body = GatherPatch<T>;
    for_each_image_element("gather_patches", geometry.batch, Body::elements(geometry),
                           Body{geometry, images.as<const T>(), patches.as<T>()});
  });
}

void gather_weights(const PatchGeometry& geometry, Buffer weights, Buffer bias, Buffer rows) {
  for_element(rows.element, [&]<class T>(T) {
    using Body = GatherWeights<T>;
    for_each_image_element("gather_weights", geometry.out_channels, Body::elements(geometry),
                           Body{geometry, weights.as<const T>(), bias.as<const T>(), rows.as<T>()});
  });
}

void add_patches(const PatchGeometry& geometry, Buffer patches, Buffer images) {
  for_element(images.element, [&]<class T>(T) {
    using Body = AddPatches<T>;
    for_each_image_element("add_patches", geometry.batch, Body::elements(geometry),
                           Body{geometry, patches.as<const float>(), images.as<T>()});
  });
}

void add_weights(const PatchGeometry& geometry, std::int64_t parts, Buffer rows, float* weights, float* bias) {
  run_blocks("add_weights", sums_of_weights(geometry, parts, rows, weights, bias));
}

}  // namespace elubench::kernel::cuda
