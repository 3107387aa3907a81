#include "base/interrupt.h"

#include <atomic>
#include <csignal>

#include "base/error.h"

namespace elubench {
namespace {

using Handler = void (*)(int);

// A signal handler can reach nothing else.
std::atomic<int> received{0};
static_assert(std::atomic<int>::is_always_lock_free);

// A second Ctrl-C finds the default action again, and ends the process. SIGTERM may come twice without anybody's
// meaning more by it: from a batch system that signals all processes of a job, and from the one that started this.
extern "C" void on_signal(int signal_number) {
  received.store(signal_number);
  if (signal_number == SIGINT) std::signal(signal_number, SIG_DFL);
}

// What it did before; where that was nothing, so it stays.
Handler taken_over(int signal_number) {
  const Handler before = std::signal(signal_number, on_signal);
  if (before == SIG_IGN) std::signal(signal_number, SIG_IGN);
  return before;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  received.store(0);
  interrupt_ = taken_over(SIGINT);
  hang_up_ = taken_over(SIGHUP);
  std::signal(SIGTERM, on_signal);
}

InterruptGuard::~InterruptGuard() {
  received.store(0);
  std::signal(SIGINT, interrupt_);
  std::signal(SIGHUP, hang_up_);
  std::signal(SIGTERM, SIG_DFL);
}

void ignore_broken_pipes() { std::signal(SIGPIPE, SIG_IGN); }

int interrupt_signal() { return received.load(); }

void throw_if_interrupted() {
  if (const int signal_number = interrupt_signal(); signal_number != 0) throw Interrupted(signal_number);
}

}  // namespace elubench
