#include "experiment/experiment.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/file_lock.h"
#include "base/log.h"
#include "experiment/precision.h"
#include "experiment/run_folder.h"
#include "experiment/specification_file.h"
#include "network/table.h"

namespace elubench::experiment {
namespace {

bool are_one_folder(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code missing;
  return std::filesystem::equivalent(a, b, missing);
}

template <class T>
std::vector<T> united(std::vector<T> there, const std::vector<T>& here) {
  for (const auto& one : here) {
    if (std::find(there.begin(), there.end(), one) == there.end()) there.push_back(one);
  }
  return there;
}

// The recipe for `file`, which may be there from an earlier call: more activations and seeds may join its own, so
// that it lists every run of the folder. Throws UsageError where anything else of its runs differs.
Recipe joined(const std::filesystem::path& file, const Recipe& here) {
  std::error_code missing;
  if (!std::filesystem::exists(file, missing)) return here;
  const Recipe there = load_recipe(file);
  train::Specification common = there.common;
  common.network = network::resolved(common.network);
  auto found = differences(common, here.common);
  if (there.precision != here.precision) {
    found.push_back("train.precision: " + std::string(to_name(there.precision)) + " there, " +
                    std::string(to_name(here.precision)) + " here");
  }
  if (!found.empty()) {
    throw UsageError(file.string() + " is another recipe (" + found.front() +
                     (found.size() > 1 ? ", and more" : "") + "); give another --out");
  }
  Recipe both = there;
  both.compare.activations = united(there.compare.activations, here.compare.activations);
  both.compare.batch_norm = united(there.compare.batch_norm, here.compare.batch_norm);
  both.compare.seeds = united(there.compare.seeds, here.compare.seeds);
  return both;
}

// A title says what the recipe does; where settings change that, the title says so.
std::string title_with(const std::string& title, const std::vector<std::string>& settings) {
  std::string changes;
  for (const std::string& setting : settings) {
    if (setting.starts_with("title=")) return title;
    if (!setting.starts_with("compare.")) changes += (changes.empty() ? "" : ", ") + setting;
  }
  if (changes.empty()) return title;
  return (title.empty() ? "" : title + " ") + "(changed: " + changes + ")";
}

// Where an experiment's runs go.
struct Place {
  std::filesystem::path folder;
  bool is_elsewhere;  // than its recipe, so that a copy of that goes with them
};

// `out` may be empty; then a recipe that comes with the program makes a folder of its name here.
Place place_of(const std::filesystem::path& experiment, const std::filesystem::path& file,
               std::filesystem::path out) {
  const std::filesystem::path beside = file.has_parent_path() ? file.parent_path() : ".";
  if (out.empty() && comes_with_program(experiment)) out = experiment;
  const bool is_its_own = file.filename() == "experiment.toml";
  if (out.empty() && !is_its_own) {
    throw UsageError(file.string() +
                     " is not called experiment.toml, so its runs take a folder of their own: elubench run with "
                     "--out DIR, and DIR to other commands");
  }
  if (is_its_own && (out.empty() || are_one_folder(out, beside))) return {beside, false};
  return {out, true};
}

// A path in a recipe starts at its folder: the same from `folder`. What has no slash is a name.
std::string reference_from(const std::filesystem::path& folder, const std::string& reference,
                           const std::filesystem::path& file) {
  if (reference.find('/') == std::string::npos || std::filesystem::path(reference).is_absolute()) return reference;
  const auto whole = [](const std::filesystem::path& path) {
    return std::filesystem::absolute(path).lexically_normal();
  };
  const std::string from_there = whole(file.parent_path() / reference).lexically_proximate(whole(folder)).string();
  return from_there.find('/') == std::string::npos ? "./" + from_there : from_there;
}

// Where the recipe of `experiment` goes, and what it says.
std::pair<std::filesystem::path, Recipe> copy_of_recipe(const Experiment& experiment) {
  Recipe recipe = experiment.recipe;
  recipe.title = title_with(recipe.title, experiment.settings);
  recipe.common.network = experiment.runs.front().specification.network;
  const auto file = experiment.folder / "experiment.toml";
  return {file, joined(file, recipe)};
}

// A run that was not asked for may be half copied, or damaged.
std::optional<train::Specification> specification_if_readable(const std::filesystem::path& folder) {
  try {
    return recorded_specification(folder);
  } catch (const std::exception& error) {
    log_warning(std::string(error.what()) + "; the run was not asked for, and is left alone");
    return std::nullopt;
  }
}

// Of all runs of the recipe, not only those asked for: one that was changed meanwhile must not train the rest.
void check_same_recipe(const Experiment& experiment, const Filter& filter, train::Precision precision) {
  for (const Run& run : experiment.runs) check_same_run(experiment.path_of(run), run.specification);
  if (!filter.folder.empty()) return;  // the process that this one works for has looked at the others
  for (const Run& run : plan(experiment.recipe, precision)) {
    if (std::ranges::find(experiment.runs, run.folder, &Run::folder) != experiment.runs.end()) continue;
    const auto folder = experiment.path_of(run);
    if (const auto recorded = specification_if_readable(folder)) check_same(folder, *recorded, run.specification);
  }
}

}  // namespace

Experiment open_experiment(const Request& request) {
  const std::filesystem::path file = recipe_file(request.experiment);
  Experiment experiment;
  experiment.recipe = load_recipe(file, request.settings);
  experiment.settings = request.settings;
  const Place place = place_of(request.experiment, file, request.out);
  experiment.folder = place.folder;
  experiment.is_elsewhere = place.is_elsewhere;
  // The runs of what comes with the program are where this one's will be, not where the recipes are.
  if (experiment.is_elsewhere && !comes_with_program(request.experiment))
    experiment.recipe.reference = reference_from(experiment.folder, experiment.recipe.reference, file);
  experiment.device = find_device(request.device);
  experiment.locations = data::Locations::standard(request.data);
  const auto precision =
      resolve_precision(experiment.recipe.precision, experiment.folder / "runs", experiment.device);
  experiment.runs = plan(experiment.recipe, precision, request.filter);
  check_same_recipe(experiment, request.filter, precision);
  if (experiment.is_elsewhere) copy_of_recipe(experiment);  // throws where another is there
  if (!request.settings.empty() && !experiment.is_elsewhere) {
    log_info("--set changes the runs, but not " + file.string() +
             ", which a report shows; give --out to keep both apart");
  }
  return experiment;
}

Experiment look_at_experiment(const std::filesystem::path& path, const Filter& filter) {
  const std::filesystem::path file = recipe_file(path);
  Experiment experiment;
  experiment.recipe = load_recipe(file);
  experiment.folder = place_of(path, file, {}).folder;
  const auto precision =
      resolve_precision(experiment.recipe.precision, experiment.folder / "runs", experiment.device);
  experiment.runs = plan(experiment.recipe, precision, filter);
  return experiment;
}

void prepare_folder(Experiment& experiment) {
  const auto runs_folder = experiment.folder / "runs";
  make_writable_folder(runs_folder);
  const FileLock lock = FileLock::when_free(runs_folder / "lock");
  const auto precision =
      record_precision(experiment.recipe.precision, runs_folder, experiment.runs.front().specification.precision);
  for (Run& run : experiment.runs) run.specification.precision = precision;
  if (!experiment.is_elsewhere) return;
  const auto [file, recipe] = copy_of_recipe(experiment);
  const std::string text = recipe_text(recipe);
  std::error_code missing;
  if (std::filesystem::exists(file, missing) && recipe_text(load_recipe(file)) == text) return;
  write_atomically(file, text);
}

}  // namespace elubench::experiment
