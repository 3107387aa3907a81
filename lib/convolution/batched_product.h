// Batches of matrix products: oneDNN's where the build has it, else LibTorch's.
#pragma once

#include <memory>

#include "convolution/onednn_product.h"

namespace elubench::convolution {

// `shape` as in onednn_product.h, without bias and with float32 results. Nothing where the factors are bfloat16
// and the build or the processor has no such products of oneDNN's.
std::unique_ptr<MatrixProduct> make_batched_product(const ProductShape& shape);

// Nothing for bfloat16: LibTorch has no products that sum it in float32 into float32.
std::unique_ptr<MatrixProduct> make_libtorch_product(const ProductShape& shape);

}  // namespace elubench::convolution
