// Stands in for onednn_primitives.cc and onednn_product.cc in builds without oneDNN.
#include "convolution/onednn_primitives.h"
#include "convolution/onednn_product.h"

namespace elubench::convolution {

std::unique_ptr<OneDnnPrimitives> make_onednn_primitives(const Geometry&, kernel::Element) { return nullptr; }

std::unique_ptr<MatrixProduct> make_onednn_product(const ProductShape&) { return nullptr; }

std::string onednn_version() { return {}; }

}  // namespace elubench::convolution
