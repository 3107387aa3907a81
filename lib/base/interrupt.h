// SIGINT, SIGTERM and SIGHUP as a flag that the training loop reads between two iterations.
#pragma once

namespace elubench {

// While it lives, they only set the flag; a second SIGINT (Ctrl-C) ends the process at once. SIGINT and SIGHUP
// (the terminal is gone) stay ignored where they were: by a shell for what runs in its background, and by nohup.
// SIGPIPE is ignored: that nobody reads the log any more is no reason to lose what was trained.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  void (*interrupt_)(int);    // what SIGINT did before
  void (*hang_up_)(int);      // SIGHUP
  void (*broken_pipe_)(int);  // SIGPIPE
};

// The number of the signal that asked to stop, or 0.
int interrupt_signal();

// Throws Interrupted if a signal asked to stop.
void throw_if_interrupted();

}  // namespace elubench
