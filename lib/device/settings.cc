#include "device/settings.h"

#include <ATen/Context.h>

namespace elubench::device {

ArithmeticSettings::ArithmeticSettings(bool fastest)
    : benchmark_(at::globalContext().benchmarkCuDNN()), deterministic_(at::globalContext().deterministicCuDNN()) {
  at::globalContext().setAllowTF32CuBLAS(false);
  at::globalContext().setAllowTF32CuDNN(false);
  at::globalContext().setAllowBF16ReductionCuBLAS(false);
  at::globalContext().setBenchmarkCuDNN(fastest);
  at::globalContext().setDeterministicCuDNN(!fastest);
}

ArithmeticSettings::~ArithmeticSettings() {
  at::globalContext().setBenchmarkCuDNN(benchmark_);
  at::globalContext().setDeterministicCuDNN(deterministic_);
}

}  // namespace elubench::device
