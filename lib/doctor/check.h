// What the checks share.
#pragma once

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <functional>
#include <string>
#include <vector>

namespace elubench::doctor {

struct Check {
  std::string name;
  // Returns what was found; throws Error that says what is wrong.
  std::function<std::string(at::Device)> run;
};

std::vector<Check> kernel_checks();
std::vector<Check> convolution_checks();
std::vector<Check> training_checks(at::Device device);

// Normally distributed, the same at every call; float32, on the processor.
inline at::Tensor noise(at::IntArrayRef shape, std::uint64_t seed) {
  return at::randn(shape, at::make_generator<at::CPUGeneratorImpl>(seed), at::TensorOptions(at::kFloat));
}

// The norm of the difference over the norm of what was expected.
double relative_error(const at::Tensor& value, const at::Tensor& expected);

// The larger of the two; throws Error where `error` is above `tolerance` or not a number.
double require_small(double largest, double error, double tolerance, const std::string& what);

std::string error_text(double error);  // "largest relative error 2.1e-07"

// Rounding to nearest leaves about this in the norm, with some room: a wrong term leaves a hundred times as much.
inline double tolerance_of(at::ScalarType type) { return type == at::kFloat ? 1e-5 : 1e-2; }

inline const char* name_of(at::ScalarType type) { return type == at::kFloat ? "fp32" : "bf16"; }

}  // namespace elubench::doctor
