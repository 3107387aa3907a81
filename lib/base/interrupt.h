// SIGINT, SIGTERM and SIGHUP as a flag that the training loop reads between two iterations.
#pragma once

namespace elubench {

// While it lives, they only set the flag; a second SIGINT (Ctrl-C) ends the process at once. SIGHUP (the terminal
// is gone) stays ignored where it was.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  void (*hang_up_)(int);  // what SIGHUP did before: nohup has it ignored, and so it stays
};

// The number of the signal that asked to stop, or 0.
int interrupt_signal();

// Throws Interrupted if a signal asked to stop.
void throw_if_interrupted();

}  // namespace elubench
