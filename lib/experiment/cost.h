// What an experiment's runs still take. Free of LibTorch.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "experiment/experiment.h"
#include "experiment/metrics_file.h"

namespace elubench::experiment {

struct Rates {
  double training, testing;  // images a second
};

// A file that is not there, or cannot be read, has no rows.
MetricRows metrics_of(const Experiment& experiment, const Run& run);

// Updates that a run's metrics say are done.
std::int64_t updates_done(const MetricRows& metrics);

// What runs of this experiment have measured: each one's last training rate, the mean by variant, and over all
// under the key "". Empty where none has measured any. `device`: its description, for runs on such a device alone;
// or empty.
std::map<std::string, Rates> measured_rates(const Experiment& experiment, const std::string& device);

// A variant's own, else those over all; nothing where there are none.
std::optional<Rates> rates_of(const std::map<std::string, Rates>& measured, const std::string& variant);

// Training and tests of the updates that are left.
double seconds_left(const Run& run, std::int64_t updates_done, Rates rates);

}  // namespace elubench::experiment
