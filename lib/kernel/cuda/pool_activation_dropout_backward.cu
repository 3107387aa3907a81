#include <variant>

#include "kernel/cuda/kernels.h"
#include "kernel/cuda/launch.cuh"
#include "kernel/pool_activation_dropout_element.h"

namespace elubench::kernel::cuda {

void pool_activation_dropout_backward(const activation::Activation& activation, const PoolGeometry& geometry,
                                      const Dropout& dropout, Buffer x, Buffer y_gradient) {
  for_element(x.element, [&]<class T>(T) {
    std::visit(
        [&]<class F>(const F& f) {
          const auto launch = [&]<bool pools>() {
            for_each_image_element(
                "pool_activation_dropout_backward", geometry.batch, pool_elements<T>(geometry),
                PoolBackward<pools, F, T>{f, geometry, dropout, x.as<T>(), y_gradient.as<const T>()});
          };
          geometry.pool ? launch.template operator()<true>() : launch.template operator()<false>();
        },
        activation);
  });
}

}  // namespace elubench::kernel::cuda
