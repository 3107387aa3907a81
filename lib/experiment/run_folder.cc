#include "experiment/run_folder.h"

#include <toml++/toml.h>
#include <algorithm>
#include <limits>
#include <system_error>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/log.h"
#include "experiment/first_line.h"
#include "experiment/specification_file.h"
#include "experiment/toml_writer.h"

namespace elubench::experiment {
namespace {

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

std::filesystem::path made(const std::filesystem::path& folder) {
  make_writable_folder(folder);
  return folder;
}

using Session = toml::node_view<const toml::node>;

std::string text_at(const Session& session, const char* key) { return session[key].value_or(std::string()); }

std::string worker_of(const Session& session) {
  return worker_text(text_at(session, "device"), text_at(session, "device_name"),
                     session["threads"].value_or(std::int64_t{0}));
}

// From the session's start to its end, where it has both and began at `iteration`, which becomes that of its end.
std::optional<double> seconds_of(const Session& session, std::int64_t& iteration) {
  const auto start = utc_seconds(text_at(session, "start"));
  const auto end = utc_seconds(text_at(session, "end"));
  if (!start || !end || session["start_iteration"].value<std::int64_t>() != iteration) return std::nullopt;
  iteration = session["end_iteration"].value_or(iteration);
  return static_cast<double>(*end - *start);
}

RecordedSessions sessions_in(const toml::table& table) {
  RecordedSessions recorded;
  const toml::array* sessions = table["session"].as_array();
  if (!sessions || sessions->empty()) return recorded;
  const Session last(sessions->back());
  recorded.worker = worker_of(last);
  recorded.start = text_at(last, "start");
  recorded.start_iteration = last["start_iteration"].value_or(std::numeric_limits<std::int64_t>::max());
  double sum = 0;
  std::int64_t iteration = 0;
  for (const toml::node& node : *sessions) {
    const auto seconds = seconds_of(Session(node), iteration);
    if (!seconds || worker_of(Session(node)) != recorded.worker) return recorded;
    sum += *seconds;
  }
  recorded.seconds = sum;
  return recorded;
}

}  // namespace

Status read_status(const std::filesystem::path& folder) {
  const auto path = folder / "status";
  if (!is_there(path)) return is_there(folder / "run.toml") ? Status{RecordedState::running, "running"} : Status{};
  std::string text = read_input(path);
  text.erase(std::find(text.begin(), text.end(), '\n'), text.end());
  if (text == "done") return {RecordedState::done, text};
  if (text.starts_with("diverged")) return {RecordedState::diverged, text};
  if (text.starts_with("failed")) return {RecordedState::failed, text};
  return {RecordedState::running, text};
}

std::optional<train::Specification> recorded_specification(const std::filesystem::path& folder) {
  const auto path = folder / "run.toml";
  const bool has_metrics = is_there(folder / "metrics.csv");  // first, for a run that begins makes it last
  if (is_there(path)) return parse_specification(read_input(path), path.string());
  if (!has_metrics) return std::nullopt;
  throw UsageError(folder.string() +
                   " has metrics.csv but no run.toml, so nobody knows what it was; move the folder away");
}

RecordedSessions recorded_sessions(const std::filesystem::path& folder) {
  try {
    return sessions_in(toml::parse_file((folder / "run.toml").string()));
  } catch (const std::exception& error) {
    log_debug(error.what());
    return {};
  }
}

void check_same_run(const std::filesystem::path& folder, const train::Specification& specification) {
  if (const auto recorded = recorded_specification(folder)) check_same(folder, *recorded, specification);
}

void check_same(const std::filesystem::path& folder, const train::Specification& recorded,
                const train::Specification& specification) {
  const auto found = differences(recorded, specification);
  if (found.empty()) return;
  std::string list;
  for (const auto& difference : found) list += (list.empty() ? "" : "; ") + difference;
  throw UsageError((folder / "run.toml").string() + " was made by another recipe (" + list +
                   "); undo the change, give another --out, or move that folder away");
}

RunFolder::RunFolder(std::filesystem::path folder, const train::Specification& specification)
    : folder_(made(folder)), lock_(folder_ / "lock") {
  check_same_run(folder_, specification);
  const auto run_file = folder_ / "run.toml";
  if (is_there(run_file)) {
    earlier_ = read_text(run_file);
  } else {
    earlier_ = specification_text(specification);
    append("");
  }
}

void RunFolder::begin_session(const Environment& environment) {
  earlier_ += session_;
  session_.clear();
  warn_of_changes(environment);
  std::string lines = "\n[[session]]\nstart = " + toml_text(std::string_view(utc_now())) + "\n";
  for (const auto& [key, value] : environment.entries) lines += key + " = " + value + "\n";
  append(lines);
  write_status("running");
}

void RunFolder::set_start_iteration(std::int64_t iteration) {
  append("start_iteration = " + toml_text(iteration) + "\n");
}

void RunFolder::end_session(std::optional<std::int64_t> iteration) {
  append((iteration ? "end_iteration = " + toml_text(*iteration) + "\n" : "") +
         "end = " + toml_text(std::string_view(utc_now())) + "\n");
}

// What decides a run's bits and may change between two sessions. It may go on, but then it is not the run it was.
void RunFolder::warn_of_changes(const Environment& environment) const {
  std::string changed;
  for (const auto& [key, value] : environment.entries) {
    if (!environment.decides_bits(key)) continue;
    const auto first = earlier_.find("\n" + key + " = ");
    if (first == std::string::npos) continue;
    if (first_line(earlier_.substr(first + 1)) == key + " = " + value) continue;
    changed += (changed.empty() ? "" : ", ") + key;
  }
  if (changed.empty()) return;
  log_warning((folder_ / "run.toml").string() + ": not what the run began with: " + changed +
              "; what follows need not be bit for bit what an uninterrupted run gives");
}

void RunFolder::set_done() { write_status("done"); }
void RunFolder::set_diverged(std::int64_t iteration) {
  write_status("diverged at iteration " + std::to_string(iteration));
}
void RunFolder::set_failed(const std::string& why) { write_status("failed: " + first_line(why)); }

void RunFolder::write_status(const std::string& text) const { write_atomically(folder_ / "status", text + "\n"); }

// What could not be written is forgotten, and may come again.
void RunFolder::append(const std::string& lines) {
  write_atomically(folder_ / "run.toml", earlier_ + session_ + lines);
  session_ += lines;
}

}  // namespace elubench::experiment
