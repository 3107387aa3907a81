// An experiment as the command line asks for it: recipe, device, plan of runs, and where they go. Free of
// LibTorch.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/locations.h"
#include "experiment/device.h"
#include "experiment/plan.h"
#include "experiment/recipe.h"

namespace elubench::experiment {

struct Request {
  std::filesystem::path experiment;   // a folder with experiment.toml, or a recipe's file
  std::filesystem::path out;          // empty: beside the recipe; its name where it comes with the program
  std::vector<std::string> settings;  // section.key=value
  Filter filter;
  std::string device = "auto";
  std::filesystem::path data;  // may be empty
};

struct Experiment {
  Recipe recipe;
  std::vector<std::string> settings;  // of the command line; they are in the recipe
  std::filesystem::path folder;       // holds runs/
  bool is_elsewhere = false;          // --out names another folder, which gets a copy of the recipe
  Device device;
  data::Locations locations;
  std::vector<Run> runs;
  std::filesystem::path path_of(const Run& run) const { return folder / "runs" / run.folder; }
};

// Reads, checks and plans; writes nothing. Throws UsageError, also where the folder or a run's belongs to another
// recipe.
Experiment open_experiment(const Request& request);

// As far as looking at it takes: recipe, folder and runs, of any device. Throws UsageError for recipe and filter.
Experiment look_at_experiment(const std::filesystem::path& experiment, const Filter& filter = {});

// Makes the folder, and records what `precision = "auto"` means in it: where another process was first, the runs
// take that. With `is_elsewhere` puts experiment.toml there, settings written in. Into one that is there,
// activations and seeds are added, and its title, reference and baseline stay. Several processes may do so at
// once.
void prepare_folder(Experiment& experiment);

}  // namespace elubench::experiment
