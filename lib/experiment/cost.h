// What an experiment's runs still take. Free of LibTorch.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiment/experiment.h"
#include "experiment/metrics_file.h"
#include "experiment/run_folder.h"

namespace elubench::experiment {

struct Rates {
  double training = 0;  // images a second in training steps
  double testing = 0;   // tested images a second of all the time besides: tests, checkpoints, loading
};

// A file that is not there, or cannot be read, has no rows.
MetricRows metrics_of(const Experiment& experiment, const Run& run);

// The newest row's value; nothing where there is none.
std::optional<double> last_value(const MetricRows& metrics, std::string_view split, std::string_view name);

// Updates that a run's metrics say are done.
std::int64_t updates_done(const MetricRows& metrics);

// What the files of a run have measured: its last training rate, and, where its sessions have ended, what took the
// rest of their time. Nothing where it has no such row yet.
std::optional<Rates> measured_rates(const Run& run, const MetricRows& metrics, const RecordedSessions& sessions);

// Means over runs.
class MeanRates {
 public:
  void add(const std::string& variant, Rates rates);
  // Over the variant's own runs, else over all; nothing where there are none.
  std::optional<Rates> of(const std::string& variant) const;

 private:
  std::map<std::string, std::vector<Rates>> rates_;  // by variant
};

// Training and tests of the updates that are left.
double seconds_left(const Run& run, std::int64_t updates_done, Rates rates);

}  // namespace elubench::experiment
