// The exceptions of the program. Messages are one line and say what to do; main() turns them into exit codes.
#pragma once

#include <stdexcept>
#include <string>

namespace elubench {

// A text, perhaps somebody else's, as one line that changes nothing on a terminal: "a\nb" for two lines.
std::string one_line(const std::string& text);

// Something went wrong while the program did what it was asked to: exit code 1.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : std::runtime_error(one_line(message)) {}
};

// The user asked for something that cannot be done: a bad recipe, bad usage, missing or damaged input. Exit
// code 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

// The device cannot be used, or not any more: what was to be done may succeed on another. Exit code 3.
class DeviceLost : public Error {
 public:
  using Error::Error;
};

// A file that the program wrote holds something else now: torn, altered, cut short. Exit code 1 where nobody knows
// better.
class DamagedFile : public Error {
 public:
  using Error::Error;
};

// A signal asked the program to stop; what was done is saved and can be resumed. Exit code 128 + signal.
class Interrupted : public Error {
 public:
  explicit Interrupted(int signal_number, const std::string& what_now = "run the same command again to resume")
      : Error("interrupted by signal " + std::to_string(signal_number) + "; " + what_now),
        signal_number_(signal_number) {}
  int signal_number() const { return signal_number_; }

 private:
  int signal_number_;
};

// What the user is told of an exception, one line. LibTorch says that a memory is full in several ways, and in
// many lines.
std::string message_of(const std::exception& error);

}  // namespace elubench
