// Memory in which the convolutions of a network work, one after the other: nothing in it outlives a call.
#pragma once

#include <ATen/Functions.h>

#include <cstdint>

namespace elubench::convolution {

class Workspace {
 public:
  // From now on there is room for so many numbers.
  void reserve(std::int64_t numbers) {
    if (numbers > memory_.numel()) memory_ = at::empty({numbers}, at::kFloat);
  }

  // On a cache line's boundary.
  float* data() const { return memory_.data_ptr<float>(); }

 private:
  at::Tensor memory_ = at::empty({0}, at::kFloat);
};

}  // namespace elubench::convolution
