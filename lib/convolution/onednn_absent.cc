// Stands in for onednn_primitives.cc in builds without oneDNN.
#include "convolution/onednn_primitives.h"

namespace elubench::convolution {

std::unique_ptr<OneDnnPrimitives> make_onednn_primitives(const Geometry&, OneDnnElement) { return nullptr; }

std::string onednn_version() { return {}; }

}  // namespace elubench::convolution
