#include "convolution/engine.h"

namespace elubench::convolution {

std::string automatic_engine(OneDnnElement element) {
  const Geometry small{1, 16, 8, 16, 8, 3, 1, 1};
  return make_onednn_primitives(small, element) ? onednn_version() : "LibTorch";
}

}  // namespace elubench::convolution
