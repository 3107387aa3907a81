#include "device/settings.h"

#include <ATen/Context.h>

namespace elubench::device {

ArithmeticSettings::ArithmeticSettings(Algorithms algorithms)
    : benchmark_(at::globalContext().benchmarkCuDNN()), deterministic_(at::globalContext().deterministicCuDNN()) {
  at::globalContext().setAllowTF32CuBLAS(false);
  at::globalContext().setAllowTF32CuDNN(false);
  at::globalContext().setAllowBF16ReductionCuBLAS(false);
  at::globalContext().setBenchmarkCuDNN(algorithms == Algorithms::fastest);
  at::globalContext().setDeterministicCuDNN(algorithms == Algorithms::repeatable);
}

ArithmeticSettings::~ArithmeticSettings() {
  at::globalContext().setBenchmarkCuDNN(benchmark_);
  at::globalContext().setDeterministicCuDNN(deterministic_);
}

}  // namespace elubench::device
