// Everything that a run needs to go on as if it had never stopped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <vector>

#include "kernel/softmax_cross_entropy.h"
#include "network/parameters.h"

namespace elubench::train {

// The part of a run's state that is not in the network.
struct TrainingState {
  std::int64_t iteration = 0;                                    // updates done
  kernel::LossTotals since_last_row;                             // of the training rows
  double seconds = 0;                                            // of training alone, over all sessions
  std::int64_t rows = 0;                                         // of metrics.csv that belong to it
  double test_error = std::numeric_limits<double>::quiet_NaN();  // last measured, per cent
  bool test_pending = false;  // a signal came before the test that is due was done
};

inline constexpr int kept_checkpoints = 2;

// The checkpoints in a run folder: files `checkpoint-<iteration>.safetensors`, of which the newest are kept.
class CheckpointStore {
 public:
  explicit CheckpointStore(std::filesystem::path folder);

  // Writes to a new file, with checksum, flushes it and gives it its name; only then removes what is older than
  // the one before. On failure throws Error and leaves the others as they are.
  void save(const TrainingState& state, network::Parameters& parameters);

  // The iterations of the checkpoints that are there, newest first.
  std::vector<std::int64_t> iterations() const;

  // Reads one into `parameters`. Throws DamagedFile that says what is wrong in it, and Error where it cannot be
  // read or is another version's: then it may be whole. `parameters` may hold anything after that.
  TrainingState load(std::int64_t iteration, network::Parameters& parameters) const;

  // Reads the newest that is whole, with a warning for each that is damaged; none: nothing. Throws Error likewise.
  std::optional<TrainingState> load_newest(network::Parameters& parameters) const;

  // Removes those of later iterations: they belong to a state that was given up. Also what a killed save() left.
  void remove_after(std::int64_t iteration);

  // Gives those that are there other names, under which they are no longer found.
  void set_aside();

  // That one checkpoint of a network with so many parameters takes: weights and velocities.
  static std::int64_t bytes(std::int64_t parameters);

 private:
  std::filesystem::path path_of(std::int64_t iteration) const;

  std::filesystem::path folder_;
};

// Reads the newest that is whole, logs which it is, and returns its iteration. Throws Error where there is none.
std::int64_t load_newest(const std::filesystem::path& folder, network::Parameters& parameters);

}  // namespace elubench::train
