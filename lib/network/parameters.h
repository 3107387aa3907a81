// All parameters of a network in one flat float32 buffer, and what belongs to them, so that one kernel updates
// them all.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "network/table.h"

namespace elubench::network {

// The values are the master weights. Each tensor starts at a multiple of 16 elements; what lies between stays
// zero.
class Parameters {
 public:
  // With `copy_element` bfloat16 there is a copy of the weights of that type; with float32 the copy is the weights
  // themselves.
  Parameters(const std::vector<LayerGeometry>& layers, bool batch_norm, at::Device device,
             at::ScalarType copy_element);

  // One parameter, as views into the flat buffers. Convolution weights are (O, I, H, W) with channels-last
  // strides.
  struct Entry {
    std::string name;  // "conv1.weight", "conv1.bias", "bn1.weight", "bn1.bias"
    at::Tensor value, gradient, copy;
  };
  const std::vector<Entry>& entries() const { return entries_; }
  const Entry& entry(const std::string& name) const;  // throws Error

  // Batch normalisation's running statistics: "bn1.running_mean", "bn1.running_var"; no gradient descends on them.
  struct Statistic {
    std::string name;
    at::Tensor value;  // float32 (channels)
  };
  const std::vector<Statistic>& statistics() const { return statistics_; }
  at::Tensor statistic(const std::string& name) const;  // throws Error

  // The flat buffers, (size): float32, and `copy` of its own type.
  at::Tensor& values() { return values_; }
  at::Tensor& velocities() { return velocities_; }
  at::Tensor& gradients() { return gradients_; }
  at::Tensor& copy() { return copy_; }
  std::int64_t count() const { return values_.numel(); }
  bool has_separate_copy() const { return copy_.scalar_type() != at::kFloat; }

  // Whether every value and every running statistic is a finite number.
  bool are_finite() const;

  // Makes the copy equal the values again after these were set from outside.
  void refresh_copy();

 private:
  at::Tensor values_, velocities_, gradients_, copy_;
  std::vector<Entry> entries_;
  std::vector<Statistic> statistics_;
};

}  // namespace elubench::network
