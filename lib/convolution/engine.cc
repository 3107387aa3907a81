#include "convolution/engine.h"

#include "device/gpus.h"

namespace elubench::convolution {

std::string automatic_engine(std::string_view device, bool bf16) {
  if (device != "cpu") return "cuDNN " + device::cudnn_version();
  const Geometry small{1, 16, 8, 16, 8, 3, 1, 1};
  return make_onednn_primitives(small, bf16 ? OneDnnElement::bf16 : OneDnnElement::f32) ? onednn_version()
                                                                                        : "LibTorch";
}

}  // namespace elubench::convolution
