#include "train/step.h"

#include <ATen/Functions.h>

#include <cstring>

#include "base/error.h"
#include "base/log.h"
#include "kernel/momentum_update.h"
#include "kernel/tensor_buffer.h"

namespace elubench::train {
namespace {

// Libraries choose algorithms and make their workspaces at the first calls.
constexpr int steps_before_recording = 3;

at::Tensor on_device(const Schedule& schedule, at::Device device) {
  at::Tensor bytes = at::empty({static_cast<std::int64_t>(schedule.size() * sizeof(Breakpoint))}, at::kByte);
  std::memcpy(bytes.mutable_data_ptr<std::uint8_t>(), schedule.data(), schedule.size() * sizeof(Breakpoint));
  return bytes.to(device);
}

}  // namespace

Step::Step(const Specification& specification, const data::Dataset& dataset, network::Network& network,
           bool record)
    : specification_(specification),
      network_(network),
      batches_(dataset.train, specification.seed, specification.data.augment, specification.batch_size),
      learning_rate_(on_device(specification.learning_rate, network.device())),
      state_(network.device()),
      totals_(network.device()),
      may_record_(record && network.device().is_cuda()) {
  set_position({});
}

void Step::set_position(const Position& position) {
  iteration_ = position.iteration;
  state_.write(
      {specification_.seed, position.iteration, value_at(specification_.learning_rate, position.iteration)});
  totals_.write(position.totals);
}

Step::Position Step::position() const { return {state_.read().iteration, totals_.read()}; }

void Step::run(network::Observer* observer) {
  batches_.prepare(iteration_);
  if (may_record_ && observer == nullptr) {
    run_on_gpu();
  } else {
    queue(observer);
  }
  ++iteration_;
}

void Step::run_on_gpu() {
  if (const std::int64_t stage = network_.rates_stage(iteration_); stage != stage_) {
    stage_ = stage;
    steps_before_recording_ = steps_before_recording;
  }
  if (steps_before_recording_ > 0) {
    --steps_before_recording_;
    return queue(nullptr);
  }
  if (steps_before_recording_ == 0) record();
  may_record_ ? graph_.replay() : queue(nullptr);
}

void Step::record() {
  --steps_before_recording_;  // below 0: done
  try {
    graph_.record([this] { queue(nullptr); });
  } catch (const Error& error) {
    may_record_ = false;
    log_warning(std::string(error.what()) + "; every step is run call by call, which takes longer");
  }
}

void Step::queue(network::Observer* observer) {
  const network::Pass pass{.training = true, .step = state_.data(), .iteration = iteration_};
  const auto finished = [observer](const char* phase) {
    if (observer) observer->finished(phase, {});
  };
  batches_.gather(state_.data(), network_);
  finished("data");
  network_.forward(pass, observer);
  network_.loss(network_.batch_size(), 1.0 / static_cast<double>(network_.batch_size()), totals_.data());
  finished("loss");
  // The processor need not do what would be without effect; a GPU's host does not know.
  if (network_.device().is_cpu() && !totals_.data()->finite()) return;
  network_.backward(pass, observer);
  update();
  finished("update");
}

void Step::update() {
  network::Parameters& parameters = network_.parameters();
  kernel::Buffer copy = kernel::buffer_of(parameters.copy());
  if (!parameters.has_separate_copy()) copy.data = nullptr;
  kernel::momentum_update({specification_.momentum, specification_.weight_decay}, state_.data(), totals_.data(),
                          parameters.count(), kernel::buffer_of(parameters.values()),
                          kernel::buffer_of(parameters.velocities()), kernel::buffer_of(parameters.gradients()),
                          copy);
  const kernel::ScheduleView learning_rate{
      reinterpret_cast<const Breakpoint*>(learning_rate_.const_data_ptr<std::uint8_t>()),
      static_cast<std::int64_t>(specification_.learning_rate.size())};
  kernel::advance(learning_rate, totals_.data(), state_.data(), copy.device);
}

}  // namespace elubench::train
