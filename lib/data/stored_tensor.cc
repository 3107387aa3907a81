#include "data/stored_tensor.h"

#include <ATen/Functions.h>

#include <cstring>

#include "base/error.h"

namespace elubench::data {
namespace {

StoredType stored_type(at::ScalarType type) {
  switch (type) {
    case at::kFloat:
      return StoredType::f32;
    case at::kDouble:
      return StoredType::f64;
    case at::kLong:
      return StoredType::i64;
    case at::kByte:
      return StoredType::u8;
    default:
      throw Error(std::string("tensors of type ") + at::toString(type) + " are not stored");
  }
}

}  // namespace

StoredTensor stored(const std::string& name, const at::Tensor& tensor) {
  const auto* first = static_cast<const std::byte*>(tensor.const_data_ptr());
  return {name, stored_type(tensor.scalar_type()), tensor.sizes().vec(), {first, tensor.nbytes()}};
}

at::Tensor loaded(const StoredTensor& tensor, at::ScalarType type, at::IntArrayRef shape) {
  if (tensor.type != stored_type(type) || tensor.shape != shape.vec()) {
    throw Error("its tensor '" + tensor.name + "' has another type or shape than expected");
  }
  at::Tensor result = at::empty(shape, type);
  std::memcpy(result.mutable_data_ptr(), tensor.bytes.data(), tensor.bytes.size());
  return result;
}

}  // namespace elubench::data
