// The folder of one run: `<experiment>/runs/<activation>[+bn]/seed-<n>/`, with `lock`, `run.toml`, `status`,
// `metrics.csv` and checkpoints. Free of LibTorch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/file_lock.h"
#include "experiment/environment.h"
#include "train/specification.h"

namespace elubench::experiment {

// What a run's status file says.
enum class RecordedState {
  fresh,    // nothing there yet
  running,  // begun, or stopped before its end
  done,
  diverged,  // "diverged at iteration N"
  failed,    // "failed: why"
};

struct Status {
  RecordedState state = RecordedState::fresh;
  std::string text;  // the line in the file
};

Status read_status(const std::filesystem::path& folder);

// The specification in run.toml; none if the folder is new. Throws UsageError where the file is damaged or missing
// from a folder that has metrics.
std::optional<train::Specification> recorded_specification(const std::filesystem::path& folder);

// What run.toml says of the sessions that have worked on the run.
struct RecordedSessions {
  std::string worker;                // the last one's (worker_text); empty where there is none to be read
  std::string start;                 // the last one's, as utc_now() writes it
  std::int64_t start_iteration = 0;  // the last one's; beyond all where it has not begun to train
  std::optional<double>
      seconds;  // of all; nothing where one has no end, they had unlike workers, or work was lost
};
RecordedSessions recorded_sessions(const std::filesystem::path& folder);

// Throws UsageError, which says what differs, if the folder belongs to a run that computes something else.
void check_same_run(const std::filesystem::path& folder, const train::Specification& specification);

// The same of what recorded_specification() has read.
void check_same(const std::filesystem::path& folder, const train::Specification& recorded,
                const train::Specification& specification);

// The folder, held by this process until the object dies.
class RunFolder {
 public:
  // Makes the folder if needed, takes its lock, checks it and writes run.toml. Throws UsageError if it cannot be
  // written or belongs to another run, Error if another process holds it.
  RunFolder(std::filesystem::path folder, const train::Specification& specification);

  // Appends a [[session]] table to run.toml, and sets the status `running`. Warns where something that decides the
  // bits (environment.h) is not what it was in the first session.
  void begin_session(const Environment& environment);
  void set_start_iteration(std::int64_t iteration);
  // Completes it. `iteration`: updates done; nothing where training has not begun.
  void end_session(std::optional<std::int64_t> iteration);

  void set_done();
  void set_diverged(std::int64_t iteration);
  void set_failed(const std::string& why);

  const std::filesystem::path& path() const { return folder_; }
  std::filesystem::path metrics_path() const { return folder_ / "metrics.csv"; }

 private:
  void warn_of_changes(const Environment& environment) const;
  void write_status(const std::string& text) const;
  void append(const std::string& lines);  // to run.toml

  std::filesystem::path folder_;
  FileLock lock_;
  std::string earlier_;  // run.toml up to this session
  std::string session_;
};

}  // namespace elubench::experiment
