// Batches of float32 matrix products: oneDNN's where the build has it, else LibTorch's.
#pragma once

#include <memory>

#include "convolution/onednn_product.h"

namespace elubench::convolution {

// `shape` as in onednn_product.h, with float32 and without bias.
std::unique_ptr<MatrixProduct> make_batched_product(const ProductShape& shape);

std::unique_ptr<MatrixProduct> make_libtorch_product(const ProductShape& shape);

}  // namespace elubench::convolution
