// The log, on stderr. This header hides spdlog, so that its fmt and LibTorch's never meet.
#pragma once

#include <string>

namespace elubench {

enum class Verbosity { quiet, normal, verbose };

void set_verbosity(Verbosity verbosity);
void log_debug(const std::string& message);  // --verbose only
void log_info(const std::string& message);
void log_warning(const std::string& message);
void log_error(const std::string& message);
// As it is: a line that another process has logged.
void relay_log_line(const std::string& line);

// The one line that is rewritten while the program works, on a terminal; elsewhere a log line each
// `seconds_between`, the first after that time. A log message clears the line first. Shows nothing with
// Verbosity::quiet.
class ProgressLine {
 public:
  explicit ProgressLine(double seconds_between = 30.0);
  ~ProgressLine();  // clears the line
  void show(const std::string& text);
  bool due() const;  // whether show() would show anything now

 private:
  double seconds_between_;
  double last_shown_;
};

}  // namespace elubench
