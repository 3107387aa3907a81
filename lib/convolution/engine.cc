#include "convolution/engine.h"

#include "convolution/winograd_choice.h"
#include "device/gpus.h"

namespace elubench::convolution {

std::string automatic_engine(std::string_view device, bool bf16) {
  if (device != "cpu") return "cuDNN " + device::cudnn_version();
  const Geometry small{1, 16, 8, 16, 8, 3, 1, 1};
  const Geometry large{100, 192, 16, 240, 16, 3, 1, 1};
  const bool has_onednn =
      make_onednn_primitives(small, bf16 ? OneDnnElement::bf16 : OneDnnElement::f32) != nullptr;
  return std::string(winograd_pays(large, bf16) ? "Winograd and " : "") +
         (has_onednn ? onednn_version() : "LibTorch");
}

}  // namespace elubench::convolution
