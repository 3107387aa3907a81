// What the files that include oneDNN's headers share.
#pragma once

#include <dnnl.hpp>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

#include "convolution/onednn_primitives.h"

namespace elubench::convolution {

inline dnnl::memory::data_type type_of(kernel::Element element) {
  return element == kernel::Element::bf16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
}

// What every primitive is made with: float32 is multiplied in float32, whatever ONEDNN_DEFAULT_FPMATH_MODE says.
inline dnnl::primitive_attr strict_attributes() {
  dnnl::primitive_attr attributes;
  attributes.set_fpmath_mode(dnnl::fpmath_mode::strict);
  return attributes;
}

// Whether oneDNN has found no better implementation than its plain loops, which are slower than LibTorch's.
template <class Descriptor>
bool is_reference(const Descriptor& descriptor) {
  const std::string_view name = descriptor.impl_info_str();
  return name.starts_with("ref") || name.starts_with("gemm:ref");
}

// A T, which tells by has_reference() what it is made of; nothing where oneDNN has no implementation or a
// reference one.
template <class T, class... Arguments>
std::unique_ptr<T> make_unless_reference(Arguments&&... arguments) {
  try {
    auto made = std::make_unique<T>(std::forward<Arguments>(arguments)...);
    return made->has_reference() ? nullptr : std::move(made);
  } catch (const dnnl::error& error) {
    if (error.status == dnnl_out_of_memory) throw std::bad_alloc();
    if (error.status != dnnl_unimplemented) throw;
    return nullptr;
  }
}

}  // namespace elubench::convolution
