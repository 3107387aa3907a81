// One training iteration.
#pragma once

#include <cstdint>
#include <string>

#include "data/dataset.h"
#include "device/graph.h"
#include "device/value.h"
#include "kernel/loss_totals.h"
#include "kernel/step_state.h"
#include "network/network.h"
#include "train/batches.h"
#include "train/specification.h"

namespace elubench::train {

// Gather and augment, forward, loss, backward, update: the same for every iteration. All that changes lies in the
// device's memory. On a GPU the first steps are run call by call; then one is recorded as a CUDA graph, and the
// rest are its replays. Where it cannot be recorded, the rest are run call by call too, with a warning that says
// why.
class Step {
 public:
  // Keeps references to all three. record: false runs every step call by call.
  Step(const Specification& specification, const data::Dataset& dataset, network::Network& network,
       bool record = true);

  // Where training stands.
  struct Position {
    std::int64_t iteration = 0;  // updates done
    kernel::LossTotals totals;   // of the batches since it was set
  };
  void set_position(const Position& position);
  // Waits for the device. If totals.loss is not finite, `iteration` is the one in which it came about.
  Position position() const;

  // Does the next update, and adds the batch's loss and errors to the totals. A GPU is only asked to: the host
  // goes on. Once the totals' loss is not finite, parameters and iteration stay as they are (batch
  // normalisation's running statistics do not; nobody saves them then).
  void run(network::Observer* observer = nullptr);

  bool recorded() const { return graph_.recorded(); }

 private:
  void run_on_gpu();
  void record();
  void queue(network::Observer* observer);
  void update();

  const Specification& specification_;
  network::Network& network_;
  TrainingBatches batches_;
  at::Tensor learning_rate_;  // the schedule's breakpoints, on the device
  device::Value<kernel::StepState> state_;
  device::Value<kernel::LossTotals> totals_;
  std::int64_t iteration_ = 0;  // updates asked for

  bool may_record_;
  device::Graph graph_;
  std::int64_t stage_ = -1;  // of the dropout rates, that the graph is of
  int steps_before_recording_ = 0;
};

}  // namespace elubench::train
