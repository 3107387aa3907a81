// What an experiment's runs still take. Free of LibTorch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiment/experiment.h"
#include "experiment/metrics_file.h"
#include "experiment/run_files.h"

namespace elubench::experiment {

struct Rates {
  double training = 0;            // images a second in training steps
  std::optional<double> testing;  // tested images a second of all the time besides, also for checkpoints
};

// Updates that a run's metrics say are done.
std::int64_t updates_done(const MetricRows& metrics);

// What the files of a run have measured: its last training rate, and, where its sessions tell and it was tested
// often, what took the rest of their time. Nothing where it has no such row yet.
std::optional<Rates> measured_rates(const Run& run, const RunFiles& files);

// What runs have measured, worker by worker (worker_text): unlike ones tell nothing of each other.
class MeasuredRates {
 public:
  void add(const std::string& worker, const std::string& variant, Rates rates);

  // Training: the mean time of an image over the variant's own runs, else over all. Testing: the best of all, for
  // a session may have been suspended. Nothing where the worker has measured none.
  std::optional<Rates> of(const std::string& worker, const std::string& variant) const;

 private:
  struct Measured {
    std::string worker, variant;
    Rates rates;
  };
  std::vector<Measured> all_;
};

// Training and tests of the updates that are left. Where the rate of testing is not known, a tested image takes a
// third of a trained one's time.
double seconds_left(const Run& run, std::int64_t updates_done, Rates rates);

}  // namespace elubench::experiment
