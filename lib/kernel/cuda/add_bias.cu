#include "kernel/add_bias_element.h"
#include "kernel/cuda/kernels.h"
#include "kernel/cuda/launch.cuh"

namespace elubench::kernel::cuda {

void add_bias(std::int64_t batch, std::int64_t places, std::int64_t channels, Buffer bias, Buffer x) {
  for_element(x.element, [&]<class T>(T) {
    const AddBias<T> body{places, channels, bias.as<const T>(), x.as<T>()};
    for_each_image_element("add_bias", batch, body.elements(), body);
  });
}

}  // namespace elubench::kernel::cuda
