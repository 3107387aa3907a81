// A child process whose log is read line by line. Free of LibTorch.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/file_descriptor.h"

namespace elubench::workers {

struct Ending {
  bool by_signal;
  int number;  // of the signal, or the exit code
  bool operator==(const Ending&) const = default;
  std::string text() const;  // "signal 9 (Killed)", "exit code 3"
};

class Process {
 public:
  // Starts it in a process group of its own, so that Ctrl-C on the terminal does not reach it; its input and
  // output are /dev/null. Throws Error where it cannot be started.
  Process(const std::filesystem::path& program, const std::vector<std::string>& arguments);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  // A child that has not ended is asked to (SIGTERM), and waited for.
  ~Process();

  pid_t number() const { return number_; }
  // Readable where there is something to read, or it has ended.
  int log() const { return log_.number(); }

  // What it has logged since the last call, whole lines.
  std::vector<std::string> lines();
  // How it ended; nothing while it lives. The last lines may still be there to be read.
  std::optional<Ending> ending();
  void send(int signal) const;

 private:
  FileDescriptor log_;
  pid_t number_ = -1;
  std::optional<Ending> ending_;
  std::string unfinished_;  // a line
};

}  // namespace elubench::workers
