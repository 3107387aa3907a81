#include "kernel/add_bias.h"

#include "kernel/add_bias_element.h"
#include "kernel/cuda/kernels.h"
#include "kernel/host_blocks.h"

namespace elubench::kernel {

void add_bias(std::int64_t batch, std::int64_t places, std::int64_t channels, Buffer bias, Buffer x) {
  if (x.device == Device::cuda) return cuda::add_bias(batch, places, channels, bias, x);
  for_element(x.element, [&]<class T>(T) {
    const AddBias<T> body{places, channels, bias.as<const T>(), x.as<T>()};
    for_each_image_element(batch, body.elements(), body);
  });
}

}  // namespace elubench::kernel
