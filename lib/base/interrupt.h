// SIGINT and SIGTERM as a flag that the training loop reads between two iterations.
#pragma once

namespace elubench {

// While it lives, SIGINT and SIGTERM only set the flag; a second SIGINT (Ctrl-C) ends the process at once.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

// The number of the signal that asked to stop, or 0.
int interrupt_signal();

// Throws Interrupted if a signal asked to stop.
void throw_if_interrupted();

}  // namespace elubench
