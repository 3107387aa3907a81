#include "base/interrupt.h"

#include <atomic>
#include <csignal>

#include "base/error.h"

namespace elubench {
namespace {

// A signal handler can reach nothing else.
std::atomic<int> received{0};
static_assert(std::atomic<int>::is_always_lock_free);

// A second Ctrl-C finds the default action again, and ends the process. SIGTERM may come twice without anybody's
// meaning more by it: from a batch system that signals all processes of a job, and from the one that started this.
extern "C" void on_signal(int signal_number) {
  received.store(signal_number);
  if (signal_number == SIGINT) std::signal(signal_number, SIG_DFL);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  received.store(0);
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  hang_up_ = std::signal(SIGHUP, on_signal);
  if (hang_up_ == SIG_IGN) std::signal(SIGHUP, SIG_IGN);
}

InterruptGuard::~InterruptGuard() {
  received.store(0);
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGHUP, hang_up_);
}

int interrupt_signal() { return received.load(); }

void throw_if_interrupted() {
  if (const int signal_number = interrupt_signal(); signal_number != 0) throw Interrupted(signal_number);
}

}  // namespace elubench
