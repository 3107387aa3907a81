#include "experiment/saved_run.h"

#include "base/error.h"
#include "data/table.h"
#include "experiment/run_folder.h"
#include "train/export_weights.h"
#include "train/trainer.h"

namespace elubench::experiment {

namespace {

train::Specification specification_of(const std::filesystem::path& run_folder) {
  const auto specification = recorded_specification(run_folder);
  if (!specification) {
    throw UsageError("there is no run in " + run_folder.string() +
                     "; give a folder such as EXPERIMENT/runs/elu/seed-1");
  }
  return *specification;
}

}  // namespace

TestResult evaluate_run(const std::filesystem::path& run_folder, const data::Locations& locations,
                        const Device& device) {
  const train::Specification specification = specification_of(run_folder);
  const at::Device torch_device(device.name);
  const data::Dataset dataset = data::load(specification.data, locations, torch_device);
  const train::CheckpointEvaluation result =
      train::evaluate_checkpoint(specification, dataset, run_folder, torch_device);
  return {result.iteration, result.loss, result.error};
}

void export_run(const std::filesystem::path& run_folder, const std::filesystem::path& out) {
  const train::Specification specification = specification_of(run_folder);
  train::export_weights(specification, data::find_set(specification.data.set).classes, run_folder, out);
}

}  // namespace elubench::experiment
