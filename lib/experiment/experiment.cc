#include "experiment/experiment.h"

#include <system_error>

#include "base/atomic_file.h"
#include "base/log.h"
#include "experiment/precision.h"
#include "experiment/run_folder.h"

namespace elubench::experiment {

Experiment open_experiment(const Request& request) {
  const std::filesystem::path file = recipe_file(request.experiment);
  Experiment experiment;
  experiment.recipe = load_recipe(file, request.settings);
  experiment.is_elsewhere = !request.out.empty();
  experiment.folder = experiment.is_elsewhere ? request.out : file.parent_path();
  if (experiment.folder.empty()) experiment.folder = ".";
  experiment.device = find_device(request.device);
  experiment.locations = data::Locations::standard(request.data);
  const auto precision =
      resolve_precision(experiment.recipe.precision, experiment.folder / "runs", experiment.device);
  experiment.runs = plan(experiment.recipe, precision, request.filter);
  for (const Run& run : experiment.runs) check_same_run(experiment.path_of(run), run.specification);
  if (!request.settings.empty() && !experiment.is_elsewhere) {
    log_info("--set changes the runs, but not " + file.string() +
             ", which a report shows; give --out to keep both apart");
  }
  return experiment;
}

void prepare_folder(const Experiment& experiment) {
  make_writable_folder(experiment.folder / "runs");
  const auto copy = experiment.folder / "experiment.toml";
  if (!experiment.is_elsewhere) return;
  Recipe recipe = experiment.recipe;
  recipe.common.network = experiment.runs.front().specification.network;
  write_atomically(copy, recipe_text(recipe));
}

bool is_finished(const Experiment& experiment, const Run& run) {
  const auto folder = experiment.path_of(run);
  const State state = read_status(folder).state;
  return state == State::diverged || (state == State::done && has_all_metrics(folder, run.specification));
}

}  // namespace elubench::experiment
