// A plain value in the memory of a device.
#pragma once

#include <ATen/Functions.h>

#include <cstring>
#include <type_traits>

namespace elubench::device {

template <class T>
class Value {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit Value(at::Device device, const T& value = T())
      : memory_(at::empty({sizeof(T)}, at::TensorOptions(at::kByte).device(device))) {
    write(value);
  }

  T* data() const { return reinterpret_cast<T*>(memory_.data_ptr<std::uint8_t>()); }

  // Waits until the device has done what was queued before.
  T read() const {
    T value;
    std::memcpy(&value, memory_.cpu().const_data_ptr<std::uint8_t>(), sizeof(T));
    return value;
  }

  void write(const T& value) {
    at::Tensor host = at::empty({sizeof(T)}, at::kByte);
    std::memcpy(host.mutable_data_ptr<std::uint8_t>(), &value, sizeof(T));
    memory_.copy_(host);
  }

 private:
  at::Tensor memory_;
};

}  // namespace elubench::device
