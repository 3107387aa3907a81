#include "experiment/metrics_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <optional>
#include <system_error>

#include "base/atomic_file.h"
#include "base/call_text.h"
#include "base/error.h"
#include "base/log.h"

namespace elubench::experiment {
namespace {

constexpr std::string_view header = "iteration,epoch,split,metric,value\n";

template <class Number>
bool parse_whole(std::string_view text, Number& number) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  return result.ec == std::errc{} && result.ptr == text.data() + text.size();
}

std::optional<train::Metric> parse_row(std::string_view line) {
  std::array<std::string_view, 5> fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto comma = line.find(',');
    if ((comma == std::string_view::npos) != (i + 1 == fields.size())) return std::nullopt;
    fields[i] = line.substr(0, comma);
    line = comma == std::string_view::npos ? std::string_view{} : line.substr(comma + 1);
  }
  train::Metric metric{0, 0, std::string(fields[2]), std::string(fields[3]), 0};
  const bool good = parse_whole(fields[0], metric.iteration) && parse_whole(fields[1], metric.epoch) &&
                    parse_whole(fields[4], metric.value) && !metric.split.empty() && !metric.name.empty();
  if (!good) return std::nullopt;
  return metric;
}

std::string value_text(double value) { return std::isnan(value) ? "nan" : number_text(value); }

std::string row_text(const train::Metric& metric) {
  return std::to_string(metric.iteration) + "," + value_text(metric.epoch) + "," + metric.split + "," +
         metric.name + "," + value_text(metric.value) + "\n";
}

}  // namespace

MetricRows parse_metrics(std::string_view text) {
  MetricRows found;
  if (text.empty()) return found;
  if (!text.starts_with(header)) {
    found.damage = "its header is not " + std::string(header.substr(0, header.size() - 1));
    return found;
  }
  std::size_t begin = header.size();
  found.whole_bytes = static_cast<std::int64_t>(begin);
  while (begin < text.size()) {
    const auto newline = text.find('\n', begin);
    const auto line = std::to_string(found.rows.size() + 2);
    if (newline == std::string_view::npos) {
      found.damage = "its last line, " + line + ", is torn";
      break;
    }
    const auto metric = parse_row(text.substr(begin, newline - begin));
    if (!metric || (!found.rows.empty() && metric->iteration < found.rows.back().iteration)) {
      found.damage = metric ? "line " + line + " goes back in iterations" : "line " + line + " is malformed";
      break;
    }
    begin = newline + 1;
    found.rows.push_back(*metric);
    found.whole_bytes = static_cast<std::int64_t>(begin);
    found.ends.push_back(found.whole_bytes);
  }
  return found;
}

const train::Metric* last_of(const MetricRows& metrics, std::string_view split, std::string_view name) {
  const auto last = std::find_if(metrics.rows.rbegin(), metrics.rows.rend(),
                                 [&](const auto& row) { return row.split == split && row.name == name; });
  return last == metrics.rows.rend() ? nullptr : &*last;
}

double last_value(const MetricRows& metrics, std::string_view split, std::string_view name) {
  const auto* last = last_of(metrics, split, name);
  return last ? last->value : std::numeric_limits<double>::quiet_NaN();
}

MetricRows read_metrics(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return {};
  return parse_metrics(read_text(path));
}

MetricsFile::MetricsFile(const std::filesystem::path& path)
    : path_(path), file_(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
  if (!file_.open()) fail("open");
  const std::string text = read_text(path);
  const MetricRows found = parse_metrics(text);
  if (!found.damage.empty()) repair(text, found);
  if (found.whole_bytes == 0) append(header);
  for (std::size_t i = 0; i < found.rows.size(); ++i) rows_.push_back({found.rows[i].iteration, found.ends[i]});
}

// A torn last line is what a crash leaves. Where more is dropped, nobody knows why: then a copy is kept.
void MetricsFile::repair(std::string_view text, const MetricRows& found) {
  std::string copy;
  if (text.find('\n', static_cast<std::size_t>(found.whole_bytes)) != std::string_view::npos) {
    copy = copied(text).string();
  }
  log_warning(path_.string() + ": " + found.damage + "; dropped from there on, to be made again" +
              (copy.empty() ? "" : "; what it was is in " + copy));
  truncate(found.whole_bytes);
}

std::filesystem::path MetricsFile::copied(std::string_view text) const {
  const auto copy = set_aside_name(path_);
  write_atomically(copy, text);
  return copy;
}

void MetricsFile::keep_copy() const { copied(read_text(path_)); }

std::int64_t MetricsFile::end() const {
  return rows_.empty() ? static_cast<std::int64_t>(header.size()) : rows_.back().end;
}

void MetricsFile::fail(const std::string& verb) const {
  throw Error("cannot " + verb + " " + path_.string() + ": " + std::generic_category().message(errno) +
              "; when that is mended, run the same command again to resume");
}

void MetricsFile::append(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file_.number(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void MetricsFile::truncate(std::int64_t bytes) {
  if (::ftruncate(file_.number(), bytes) != 0) fail("truncate");
}

void MetricsFile::record(const train::Metric& metric) {
  const std::string text = row_text(metric);
  try {
    append(text);
  } catch (const Error&) {
    truncate(end());
    throw;
  }
  rows_.push_back({metric.iteration, end() + static_cast<std::int64_t>(text.size())});
}

// A copy of an experiment that is brought over the folder in which it trains replaces the file: then what is
// appended would be lost.
void MetricsFile::check_untouched() const {
  struct ::stat mine {};
  struct ::stat there {};
  if (::fstat(file_.number(), &mine) != 0) fail("examine");
  const bool is_there = ::stat(path_.c_str(), &there) == 0;
  if (!is_there && errno != ENOENT) fail("examine");
  if (is_there && there.st_dev == mine.st_dev && there.st_ino == mine.st_ino && mine.st_size == end()) return;
  const auto copy = copied(contents());
  throw Error(path_.string() + " was " + (is_there ? "changed" : "removed") +
              " by something else while the run trained; what the run wrote is in " + copy.string() +
              ": see to it that nothing else writes there, put that in its place, and run the same command again");
}

std::string MetricsFile::contents() const {
  std::string text(static_cast<std::size_t>(end()), '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::pread(file_.number(), text.data() + size, text.size() - size, static_cast<off_t>(size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read");
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return text;
}

std::int64_t MetricsFile::flush() {
  if (::fsync(file_.number()) != 0) fail("flush");
  check_untouched();
  return static_cast<std::int64_t>(rows_.size());
}

std::int64_t MetricsFile::rows_through(std::int64_t iteration) const {
  const auto past = std::upper_bound(rows_.begin(), rows_.end(), iteration,
                                     [](std::int64_t limit, const Row& row) { return limit < row.iteration; });
  return past - rows_.begin();
}

void MetricsFile::cut_to(std::int64_t rows) {
  rows_.resize(static_cast<std::size_t>(rows));
  truncate(end());
  flush();
}

}  // namespace elubench::experiment
