#include "kernel/patches.h"

#include "kernel/column_sums_block.h"
#include "kernel/cuda/kernels.h"
#include "kernel/host_blocks.h"
#include "kernel/patches_element.h"

namespace elubench::kernel {

void gather_patches(const PatchGeometry& geometry, Buffer images, Buffer patches) {
  if (images.device == Device::cuda) return cuda::gather_patches(geometry, images, patches);
  for_element(images.element, [&]<class T>(T) {
    using Body = GatherPatch<T>;
    for_each_image_element(geometry.batch, Body::elements(geometry),
                           Body{geometry, images.as<const T>(), patches.as<T>()});
  });
}

void gather_weights(const PatchGeometry& geometry, Buffer weights, Buffer bias, Buffer rows) {
  if (rows.device == Device::cuda) return cuda::gather_weights(geometry, weights, bias, rows);
  for_element(rows.element, [&]<class T>(T) {
    using Body = GatherWeights<T>;
    for_each_image_element(geometry.out_channels, Body::elements(geometry),
                           Body{geometry, weights.as<const T>(), bias.as<const T>(), rows.as<T>()});
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

void add_weights(const PatchGeometry& geometry, std::int64_t parts, Buffer rows, float* weights, float* bias) {
  if (rows.device == Device::cuda) return cuda::add_weights(geometry, parts, rows, weights, bias);
  run_blocks(sums_of_weights(geometry, parts, rows, weights, bias));
}

}  // namespace elubench::kernel
