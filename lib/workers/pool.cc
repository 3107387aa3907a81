#include "workers/pool.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <deque>
#include <map>
#include <memory>

#include "base/error.h"
#include "base/exit_code.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "experiment/progress_text.h"
#include "experiment/run_files.h"
#include "experiment/run_progress.h"
#include "experiment/runner.h"
#include "workers/process.h"

namespace elubench::workers {
namespace {

using experiment::Experiment;
using experiment::Run;

constexpr int most_starts = 2;
constexpr std::chrono::milliseconds longest_wait{1000};
constexpr std::chrono::milliseconds wait_for_an_end{10};  // of a process that has closed its log
constexpr auto between_looks = std::chrono::seconds(5);   // at the runs' files

bool is_exit(const Ending& ending, int code) { return ending == Ending{false, code}; }

// Whether it died before it could say what became of its run.
bool is_death(const Ending& ending) { return ending.by_signal || ending.number > exit_code::device_lost; }

class Pool {
 public:
  Pool(const Experiment& experiment, const std::vector<Slot>& slots, const Command& command)
      : experiment_(experiment), command_(command) {
    for (std::size_t i = 0; i < experiment.runs.size(); ++i) {
      if (!read_run(experiment, experiment.runs[i]).is_finished()) waiting_.push_back(i);
    }
    for (const Slot& slot : slots) workers_.push_back({.slot = slot, .process = nullptr, .run = 0});
  }

  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() {
    for (Worker& worker : workers_) {
      if (worker.process) worker.process->send(SIGTERM);  // all at once; then each is waited for
    }
  }

  void work() {
    while (!waiting_.empty() || busy() > 0) {
      pass_on_signal();
      if (interrupt_signal() == 0) start_what_can();
      if (busy() == 0) break;
      wait();
      for (Worker& worker : workers_) look_after(worker);
      std::erase_if(workers_, [](const Worker& worker) { return worker.lost; });
      show_progress();
    }
    throw_if_interrupted();
    if (!waiting_.empty()) throw DeviceLost("no device is left for the other runs; see elubench doctor");
  }

 private:
  struct Worker {
    Slot slot;
    std::unique_ptr<Process> process;
    std::size_t run;  // of the experiment's, where there is a process
    bool lost = false;
  };

  std::size_t busy() const {
    return static_cast<std::size_t>(std::count_if(workers_.begin(), workers_.end(),
                                                  [](const Worker& worker) { return worker.process != nullptr; }));
  }

  std::string title(std::size_t run) const {
    return "run " + std::to_string(run + 1) + "/" + std::to_string(experiment_.runs.size()) + " " +
           experiment_.runs[run].name();
  }

  void pass_on_signal() {
    if (interrupt_signal() == 0 || passed_on_) return;
    passed_on_ = true;
    for (Worker& worker : workers_) {
      if (worker.process) worker.process->send(SIGTERM);
    }
  }

  void start_what_can() {
    for (Worker& worker : workers_) {
      if (worker.process || waiting_.empty()) continue;
      try {
        worker.process = std::make_unique<Process>(
            command_.program, command_.arguments(experiment_.runs[waiting_.front()], worker.slot));
      } catch (const Error& error) {
        if (busy() == 0) throw;
        if (!waits_to_start_) log_error(std::string(error.what()) + "; it is tried again while others work");
        waits_to_start_ = true;
        return;
      }
      waits_to_start_ = false;
      worker.run = waiting_.front();
      waiting_.pop_front();
      ++starts_[worker.run];
      log_info(title(worker.run) + " begins on " + worker.slot.device + " (process " +
               std::to_string(worker.process->number()) + ")");
    }
  }

  void wait() const {
    std::vector<pollfd> logs;
    auto most = longest_wait;
    for (const Worker& worker : workers_) {
      if (!worker.process) continue;
      if (worker.process->log() < 0) most = wait_for_an_end;
      logs.push_back({worker.process->log(), POLLIN, 0});
    }
    ::poll(logs.data(), logs.size(), static_cast<int>(most.count()));  // a signal ends it early
  }

  void look_after(Worker& worker) {
    if (!worker.process) return;
    const auto ending = worker.process->ending();
    for (const std::string& line : worker.process->lines()) relay_log_line(line);
    if (!ending) return;
    if (is_exit(*ending, exit_code::done)) {
      tell_result(worker.run);
    } else if (is_exit(*ending, exit_code::device_lost)) {
      give_up(worker);
    } else if (is_death(*ending) && interrupt_signal() == 0) {
      mourn(worker, *ending);
    }
    worker.process.reset();
  }

  void tell_result(std::size_t run) {
    const auto progress = progress_of(experiment_, experiment_.runs[run]);
    log_info(title(run) + ": done, test error " + experiment::percent_text(progress.test_error));
  }

  // What a device that is lost was to do, another does.
  void give_up(Worker& worker) {
    log_error(worker.slot.device + " is used no more");
    waiting_.push_front(worker.run);
    --starts_[worker.run];
    worker.lost = true;
  }

  void mourn(const Worker& worker, const Ending& ending) {
    const bool again = starts_[worker.run] < most_starts;
    if (again) waiting_.push_back(worker.run);
    log_error(title(worker.run) + ": its process " + std::to_string(worker.process->number()) + " on " +
              worker.slot.device + " ended with " + ending.text() +
              (again ? "; it will be tried once more" : " again; run the same command to resume it"));
  }

  void show_progress() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_look_ || !line_.due()) return;
    next_look_ = now + between_looks;
    std::string text;
    double rate = 0;
    for (const Worker& worker : workers_) {
      if (!worker.process) continue;
      const Run& run = experiment_.runs[worker.run];
      const auto progress = progress_of(experiment_, run);
      text += " | " + run.name() + " " + std::to_string(progress.iteration) + "/" +
              std::to_string(progress.iterations);
      if (std::isfinite(progress.images_per_second)) rate += progress.images_per_second;
    }
    const auto ended = experiment_.runs.size() - waiting_.size() - busy();
    line_.show(std::to_string(ended) + " of " + std::to_string(experiment_.runs.size()) + " ended" + text + " | " +
               std::to_string(std::llround(rate)) + " im/s");
  }

  const Experiment& experiment_;
  const Command& command_;
  std::deque<std::size_t> waiting_;
  std::map<std::size_t, int> starts_;
  std::vector<Worker> workers_;
  bool passed_on_ = false;
  bool waits_to_start_ = false;  // a process that could not be started
  ProgressLine line_;
  std::chrono::steady_clock::time_point next_look_;
};

}  // namespace

bool run_all(Experiment experiment, const std::vector<Slot>& slots, const Command& command) {
  experiment::prepare(experiment);
  Pool(experiment, slots, command).work();
  return std::all_of(experiment.runs.begin(), experiment.runs.end(),
                     [&](const Run& run) { return read_run(experiment, run).is_done; });
}

}  // namespace elubench::workers
