// metrics.csv of a run: a header, then append-only rows `iteration,epoch,split,metric,value`. Free of LibTorch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_descriptor.h"
#include "train/recorder.h"

namespace elubench::experiment {

// Rows of a file, as far as they can be read.
struct MetricRows {
  std::vector<train::Metric> rows;
  std::vector<std::int64_t> ends;  // of each row: bytes from the beginning of the file
  std::int64_t whole_bytes = 0;    // header and rows
  std::string damage;              // why the rest cannot be read; empty: the file is whole
};

// The newest such row; null where there is none.
const train::Metric* last_of(const MetricRows& metrics, std::string_view split, std::string_view name);
// Its value; NaN where there is none.
double last_value(const MetricRows& metrics, std::string_view split, std::string_view name);

// Reads until the first row that is torn, malformed or goes back in iterations.
MetricRows parse_metrics(std::string_view text);

// As parse_metrics; a file that is not there has no rows and is whole.
MetricRows read_metrics(const std::filesystem::path& path);

// The file, open to append. A row is written at once, and safe on the disk after flush().
class MetricsFile {
 public:
  // Makes the file if needed. Drops what cannot be read at its end, with a warning (and where that is more than a
  // torn line, keeps a copy, as keep_copy() does). Throws Error.
  explicit MetricsFile(const std::filesystem::path& path);

  // Throws Error that names path and cause; then the file ends with the last whole row.
  void record(const train::Metric& metric);
  // As in train/recorder.h. Where something else has changed or replaced the file, a copy of the open one is kept.
  std::int64_t flush();
  std::int64_t rows_through(std::int64_t iteration) const;
  void cut_to(std::int64_t rows);
  void keep_copy() const;  // in metrics.csv.set-aside-N

 private:
  struct Row {
    std::int64_t iteration;
    std::int64_t end;
  };

  void repair(std::string_view text, const MetricRows& found);
  std::int64_t end() const;  // bytes
  void check_untouched() const;
  std::filesystem::path copied(std::string_view text) const;  // beside it; returns where
  std::string contents() const;                               // of the open file, wherever its name has gone
  void append(std::string_view text);
  void truncate(std::int64_t bytes);
  [[noreturn]] void fail(const std::string& verb) const;

  std::filesystem::path path_;
  FileDescriptor file_;
  std::vector<Row> rows_;
};

}  // namespace elubench::experiment
