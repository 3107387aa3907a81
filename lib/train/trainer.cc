#include "train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "device/scope.h"
#include "train/build.h"
#include "train/checkpoint.h"
#include "train/diagnostics.h"
#include "train/step.h"

namespace elubench::train {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double least_seconds_between_checkpoints = 10;  // on a GPU

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class Trainer {
 public:
  Trainer(const Specification& specification, const data::Dataset& dataset, const std::filesystem::path& folder,
          at::Device device, Recorder& recorder)
      : specification_(specification),
        dataset_(dataset),
        recorder_(recorder),
        checkpoints_(folder),
        network_(build_network(specification, dataset.classes, device)),
        step_(specification_, dataset_, network_) {}

  Outcome run() {
    resume();
    step_.set_position({state_.iteration, state_.since_last_row});
    if (specification_.iterations == 0 && state_.rows == 0) state_.test_pending = true;
    session_start_ = last_save_ = Clock::now();
    first_iteration_ = state_.iteration;
    if (state_.test_pending && !test_and_save()) return diverged();
    while (state_.iteration < specification_.iterations) {
      if (!train_stretch()) return diverged();
    }
    return {false, state_.iteration};
  }

 private:
  // Iterations that the host need not look at, and what is due after them; false if a loss or a weight is not
  // finite. Throws Interrupted, after saving.
  bool train_stretch() {
    const Clock::time_point start = Clock::now();
    const std::int64_t first = state_.iteration;
    const std::int64_t last = end_of_stretch();
    std::int64_t asked = first;
    do {
      step_.run();
    } while (++asked < last && interrupt_signal() == 0);
    const Step::Position position = step_.position();
    state_.iteration = position.iteration;
    state_.since_last_row = position.totals;
    if (!position.totals.finite()) return false;
    const double seconds = seconds_since(start);
    state_.seconds += seconds;
    row_seconds_ += seconds;
    row_images_ += (asked - first) * specification_.batch_size;
    report_progress();
    if (due(specification_.log_every)) record_training();
    state_.test_pending = due(specification_.test_every);
    return test_and_save();
  }

  // What is due after an update, or was when a signal came. Where one comes during the test, the test is left for
  // the next session, so that stopping takes no longer than a batch.
  bool test_and_save() {
    const bool saves = checkpoint_is_due() || interrupt_signal() != 0;
    if ((saves || state_.test_pending) && !network_.parameters().are_finite()) return false;
    try {
      throw_if_interrupted();
      if (state_.test_pending && !test()) return false;
      if (saves) save();
      return true;
    } catch (const Interrupted&) {
      save();
      throw;
    }
  }

  // A GPU does a thousand iterations in less than a second, in which it would wait for the disk.
  bool checkpoint_is_due() const {
    if (!due(specification_.checkpoint_every)) return false;
    return network_.device().is_cpu() || state_.iteration == specification_.iterations ||
           checkpoints_.iterations().empty() || seconds_since(last_save_) >= least_seconds_between_checkpoints;
  }

  // A processor does one iteration at a time. A GPU is only asked for work, and each look at it makes it wait: it
  // is looked at where something is due.
  std::int64_t end_of_stretch() const {
    if (network_.device().is_cpu()) return state_.iteration + 1;
    const auto next = [this](std::int64_t every) { return (state_.iteration / every + 1) * every; };
    return std::min({next(specification_.log_every), next(specification_.test_every),
                     next(specification_.checkpoint_every), specification_.iterations});
  }

  bool due(std::int64_t every) const {
    return state_.iteration % every == 0 || state_.iteration == specification_.iterations;
  }

  // From the newest checkpoint that is whole and whose rows are all there; else from the initial weights.
  void resume() {
    for (std::int64_t iteration : checkpoints_.iterations()) {
      if (const auto state = usable(iteration)) return start_from(*state);
    }
    set_initial_weights(specification_, network_);
    if (had_checkpoints()) {
      recorder_.keep_copy();
      checkpoints_.set_aside();
      log_warning(
          "there is no checkpoint to go on from: the run starts again from its initial weights; what was there "
          "is kept beside, with .set-aside- in its name");
    }
    recorder_.begin(0, 0);
    checkpoints_.remove_after(-1);
  }

  // A run that was killed before its first checkpoint has rows, but none past it.
  bool had_checkpoints() {
    return !checkpoints_.iterations().empty() ||
           recorder_.rows_through(specification_.checkpoint_every) <
               recorder_.rows_through(std::numeric_limits<std::int64_t>::max());
  }

  std::optional<TrainingState> usable(std::int64_t iteration) {
    try {
      const TrainingState state = checkpoints_.load(iteration, network_.parameters());
      // There may be more: those of a test that was pending, and that a session made which was killed after it.
      if (recorder_.rows_through(iteration) >= state.rows) return state;
      log_warning("the checkpoint of iteration " + std::to_string(iteration) +
                  " cannot be used: metrics.csv has lost rows that it counts on");
    } catch (const DamagedFile& error) {
      log_warning(error.what());
    }
    return std::nullopt;
  }

  void start_from(const TrainingState& state) {
    state_ = state;
    recorder_.begin(state.iteration, state.rows);
    checkpoints_.remove_after(state.iteration);
    log_info("resumed at iteration " + std::to_string(state.iteration));
  }

  void record(const std::string& split, const std::string& name, double value) {
    const double seen = static_cast<double>(state_.iteration) * static_cast<double>(specification_.batch_size);
    recorder_.record({state_.iteration, seen / static_cast<double>(dataset_.train.size()), split, name, value});
  }

  void record_training() {
    const kernel::LossTotals& totals = state_.since_last_row;
    const double images = static_cast<double>(totals.images);
    record("train", "loss", totals.loss / images);
    record("train", "error", 100 * static_cast<double>(totals.wrong) / images);
    record("train", "learning_rate", value_at(specification_.learning_rate, state_.iteration - 1));
    record("train", "images_per_second", static_cast<double>(row_images_) / row_seconds_);
    record("train", "seconds", state_.seconds);
    state_.since_last_row = {};
    step_.set_position({state_.iteration, {}});
    row_images_ = 0;
    row_seconds_ = 0;
  }

  struct Measured {
    std::string split, name;
    double value;
  };

  std::vector<Measured> measure() {
    std::vector<Measured> all;
    const auto add = [&](const std::string& split, const data::Images& images) {
      const Evaluation result = evaluate(images, network_);
      all.push_back({split, "loss", result.loss});
      all.push_back({split, "error", result.error});
    };
    add("test", dataset_.test);
    if (dataset_.validation.size() > 0) add("validation", dataset_.validation);
    for (const LayerDiagnostics& layer : diagnose(dataset_.test, network_)) {
      if (layer.has_activation) {
        all.push_back({"probe", "activation_mean/" + layer.layer, layer.activation_mean});
        all.push_back({"probe", "activation_std/" + layer.layer, layer.activation_std});
        all.push_back({"probe", "dead_fraction/" + layer.layer, layer.dead_fraction});
      }
      all.push_back({"probe", "gradient_norm/" + layer.layer, layer.gradient_norm});
    }
    return all;
  }

  // False, and nothing recorded, if a loss is not finite.
  bool test() {
    const std::vector<Measured> measured = measure();
    for (const Measured& one : measured) {
      if (one.name == "loss" && !std::isfinite(one.value)) return false;
    }
    for (const Measured& one : measured) {
      if (one.split == "test" && one.name == "error") state_.test_error = one.value;
      record(one.split, one.name, one.value);
    }
    state_.test_pending = false;
    return true;
  }

  void save() {
    state_.rows = recorder_.flush();
    checkpoints_.save(state_, network_.parameters());
    last_save_ = Clock::now();
  }

  Outcome diverged() {
    recorder_.flush();
    return {true, state_.iteration};
  }

  void report_progress() {
    const kernel::LossTotals& totals = state_.since_last_row;
    const double done = static_cast<double>(state_.iteration - first_iteration_);
    const double left = static_cast<double>(specification_.iterations - state_.iteration);
    recorder_.progress({state_.iteration, specification_.iterations,
                        totals.loss / static_cast<double>(totals.images), state_.test_error,
                        static_cast<double>(row_images_) / row_seconds_,
                        seconds_since(session_start_) / done * left});
  }

  const Specification specification_;
  const data::Dataset& dataset_;
  Recorder& recorder_;
  CheckpointStore checkpoints_;
  network::Network network_;
  Step step_;
  TrainingState state_;
  // Since the last training row, of this session.
  std::int64_t row_images_ = 0;
  double row_seconds_ = 0;
  Clock::time_point session_start_, last_save_;
  std::int64_t first_iteration_ = 0;
};

}  // namespace

Outcome run(const Specification& specification, const data::Dataset& dataset, const std::filesystem::path& folder,
            at::Device device, Recorder& recorder) {
  const device::Scope scope(device);
  return Trainer(specification, dataset, folder, device, recorder).run();
}

CheckpointEvaluation evaluate_checkpoint(const Specification& specification, const data::Dataset& dataset,
                                         const std::filesystem::path& folder, at::Device device) {
  const device::Scope scope(device);
  network::Network network = build_network(specification, dataset.classes, device);
  const std::int64_t iteration = load_newest(folder, network.parameters());
  return {evaluate(dataset.test, network), iteration};
}

}  // namespace elubench::train
