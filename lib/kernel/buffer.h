// Memory as kernels see it: where it is and what it holds. Kernels include no LibTorch header, so they compile in
// seconds.
#pragma once

#include "kernel/bfloat16.h"

namespace elubench::kernel {

enum class Device { cpu, cuda };
enum class Element { f32, bf16 };

// A contiguous array that somebody else owns.
struct Buffer {
  void* data;
  Element element;
  Device device;

  template <class T>
  T* as() const {
    return static_cast<T*>(data);
  }
};

// Calls body(T{}) with the C++ type of the elements.
template <class Body>
void for_element(Element element, Body&& body) {
  if (element == Element::f32) {
    body(float{});
  } else {
    body(Bfloat16{});
  }
}

}  // namespace elubench::kernel
