// `elubench bench EXPERIMENT`: an experiment's activations measured in turn, into its bench.csv.
#pragma once

#include <functional>
#include <string>

#include "benchmark/benchmark.h"
#include "experiment/device.h"

namespace elubench {

// `common` says how to measure on a device; the specification is set here, from the recipe. The file holds every
// round that was complete when it is interrupted. Returns the exit code.
int bench_experiment(const std::string& experiment, const std::string& device, int rounds,
                     const std::function<benchmark::Request(const experiment::Device&)>& common);

}  // namespace elubench
