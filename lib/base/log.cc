#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

namespace elubench {
namespace {

bool on_terminal() { return ::isatty(STDERR_FILENO) == 1; }

// Whether a progress line stands unfinished on the terminal: a message must clear it first.
bool& line_is_shown() {
  static bool shown = false;
  return shown;
}

constexpr const char* clear_line = "\r\033[K";

void clear_progress_line() {
  if (!line_is_shown()) return;
  std::fputs(clear_line, stderr);
  std::fflush(stderr);
  line_is_shown() = false;
}

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = spdlog::stderr_color_mt("elubench");  // colours on a terminal only
    made->set_pattern("%H:%M:%S %^%l%$: %v");
    return made;
  }();
  return *instance;
}

// What fits on one line: a line that wraps could not be rewritten. Of a longer one the end is kept, which says
// most.
std::string cut_to_terminal(const std::string& text) {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2) return text;
  const std::size_t room = size.ws_col - 1u;
  return text.size() <= room ? text : text.substr(text.size() - room);
}

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void log_at(spdlog::level::level_enum level, const std::string& message) {
  if (!logger().should_log(level)) return;
  clear_progress_line();
  logger().log(level, message);
}

}  // namespace

void set_verbosity(Verbosity verbosity) {
  switch (verbosity) {
    case Verbosity::quiet:
      return logger().set_level(spdlog::level::warn);
    case Verbosity::normal:
      return logger().set_level(spdlog::level::info);
    case Verbosity::verbose:
      return logger().set_level(spdlog::level::debug);
  }
}

void log_debug(const std::string& message) { log_at(spdlog::level::debug, message); }
void log_info(const std::string& message) { log_at(spdlog::level::info, message); }
void log_warning(const std::string& message) { log_at(spdlog::level::warn, message); }
void log_error(const std::string& message) { log_at(spdlog::level::err, message); }

void relay_log_line(const std::string& line) {
  clear_progress_line();
  std::fputs((line + "\n").c_str(), stderr);
  std::fflush(stderr);
}

ProgressLine::ProgressLine(double seconds_between)
    : seconds_between_(seconds_between), last_shown_(on_terminal() ? -1e300 : seconds_now()) {}

ProgressLine::~ProgressLine() { clear_progress_line(); }

bool ProgressLine::due() const {
  if (!logger().should_log(spdlog::level::info)) return false;
  const double between = on_terminal() ? 0.2 : seconds_between_;
  return seconds_now() - last_shown_ >= between;
}

void ProgressLine::show(const std::string& text) {
  if (!due()) return;
  last_shown_ = seconds_now();
  if (!on_terminal()) return log_info(text);
  std::fprintf(stderr, "%s%s", clear_line, cut_to_terminal(text).c_str());
  std::fflush(stderr);
  line_is_shown() = true;
}

}  // namespace elubench
