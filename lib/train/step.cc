#include "train/step.h"

#include <cmath>

#include "kernel/momentum_update.h"
#include "kernel/tensor_buffer.h"

namespace elubench::train {

Step::Step(const Specification& specification, const data::Dataset& dataset, network::Network& network)
    : specification_(specification),
      network_(network),
      batches_(dataset.train, specification.seed, specification.data.augment) {}

void Step::run(std::int64_t iteration, kernel::LossTotals& totals, network::Observer* observer) {
  const network::Pass pass{.training = true, .seed = specification_.seed, .iteration = iteration};
  const auto finished = [observer](const char* phase) {
    if (observer) observer->finished(phase, {});
  };
  batches_.fill(iteration, network_);
  finished("data");
  network_.forward(pass, observer);
  network_.loss(network_.batch_size(), 1.0 / static_cast<double>(network_.batch_size()), totals);
  finished("loss");
  if (!std::isfinite(totals.loss)) return;
  network_.backward(pass, observer);
  update(iteration);
  finished("update");
}

void Step::update(std::int64_t iteration) {
  network::Parameters& parameters = network_.parameters();
  const kernel::MomentumRule rule{value_at(specification_.learning_rate, iteration), specification_.momentum,
                                  specification_.weight_decay};
  kernel::Buffer copy = kernel::buffer_of(parameters.copy());
  if (!parameters.has_separate_copy()) copy.data = nullptr;
  kernel::momentum_update(rule, parameters.values().numel(), kernel::buffer_of(parameters.values()),
                          kernel::buffer_of(parameters.velocities()), kernel::buffer_of(parameters.gradients()),
                          copy);
}

}  // namespace elubench::train
