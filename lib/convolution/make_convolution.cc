#include "base/error.h"
#include "convolution/convolution.h"
#include "convolution/winograd_choice.h"

namespace elubench::convolution {

std::unique_ptr<Convolution> make_convolution(Engine engine, const Geometry& geometry, at::Device device,
                                              at::ScalarType element) {
  if (engine == Engine::winograd || (engine == Engine::automatic && winograd_pays(geometry, element == at::kBFloat16))) {
    if (auto convolution = make_winograd_convolution(geometry, device, element)) return convolution;
  }
  if (engine != Engine::libtorch) {
    if (auto convolution = make_onednn_convolution(geometry, device, element)) return convolution;
    if (engine == Engine::onednn)
      throw UsageError("oneDNN has no convolution for this device and precision; use libtorch");
  }
  return make_libtorch_convolution(geometry, device, element);
}

}  // namespace elubench::convolution
