// What a run tells the outside while it trains. The experiment room writes it into the run folder. Free of
// LibTorch.
#pragma once

#include <cstdint>
#include <string>

namespace elubench::train {

// One row of metrics.csv.
struct Metric {
  std::int64_t iteration;  // updates done
  double epoch;            // training images seen / size of the training set
  std::string split;       // train | test | validation | probe
  std::string name;        // loss | error | activation_mean/conv3 | ...
  double value;            // a train row is the mean since the last one; learning_rate is the last update's
};

struct Progress {
  std::int64_t iteration;
  std::int64_t iterations;
  double loss;               // mean since the last training row
  double test_error;         // last measured, per cent; NaN before the first
  double images_per_second;  // of training alone
  double seconds_left;       // estimate, evaluation included
};

class Recorder {
 public:
  virtual ~Recorder() = default;
  virtual void record(const Metric& metric) = 0;
  // Makes the rows recorded so far safe on the disk, and returns how many there are. Throws Error where something
  // else has changed them.
  virtual std::int64_t flush() = 0;
  // How many rows are safe whose iteration is at most `iteration`.
  virtual std::int64_t rows_through(std::int64_t iteration) = 0;
  // Called once, where the run begins or goes on: keeps the first `rows` rows.
  virtual void begin(std::int64_t iteration, std::int64_t rows) = 0;
  // Keeps a copy of all rows, which are about to be cut.
  virtual void keep_copy() = 0;
  virtual void progress(const Progress& progress) = 0;
};

}  // namespace elubench::train
