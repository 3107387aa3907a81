#include <variant>

#include "kernel/cuda/kernels.h"
#include "kernel/cuda/launch.cuh"
#include "kernel/pool_activation_dropout_element.h"

namespace elubench::kernel::cuda {

void pool_activation_dropout_forward(const activation::Activation& activation, const PoolGeometry& geometry,
                                     const Dropout& dropout, Buffer x, Buffer y) {
  for_element(x.element, [&]<class T>(T) {
    std::visit(
        [&]<class F>(const F& f) {
          const auto launch = [&]<bool pools>() {
            for_each_image_element("pool_activation_dropout_forward", geometry.batch, pool_elements<T>(geometry),
                                   PoolForward<pools, F, T>{f, geometry, dropout, x.as<const T>(), y.as<T>()});
          };
          geometry.pool ? launch.template operator()<true>() : launch.template operator()<false>();
        },
        activation);
  });
}

}  // namespace elubench::kernel::cuda
