// SIGINT, SIGTERM and SIGHUP as a flag that the training loop reads between two iterations.
#pragma once

namespace elubench {

// While it lives, they only set the flag; a second SIGINT (Ctrl-C) ends the process at once. SIGINT and SIGHUP
// (the terminal is gone) stay ignored where they were: by a shell for what runs in its background, and by nohup.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  void (*interrupt_)(int);  // what SIGINT did before
  void (*hang_up_)(int);    // SIGHUP
};

// For the rest of the process: that nobody reads the log any more (Ctrl-C ends `tee`, too) is no reason to lose
// what was trained, or to end with another code.
void ignore_broken_pipes();

// The number of the signal that asked to stop, or 0.
int interrupt_signal();

// Throws Interrupted if a signal asked to stop.
void throw_if_interrupted();

}  // namespace elubench
