// Recipe -> the list of its runs. Free of LibTorch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "experiment/recipe.h"
#include "train/specification.h"

namespace elubench::experiment {

struct Run {
  train::Specification specification;
  std::string variant;           // "elu", "elu(alpha=0.5)+bn"
  std::filesystem::path folder;  // under runs/: "elu+bn/seed-1"
  std::string name() const { return variant + " seed " + std::to_string(specification.seed); }
};

// The index-th (from 1) of count parts of the plan: so many workers can share it without knowing each other. Parts
// are stretches of it, so that the runs of a seed, which are compared, mostly come from one machine.
struct Shard {
  std::int64_t index = 1, count = 1;
};

// Which runs of the plan; empty: all.
struct Filter {
  std::vector<std::string> only = {};     // shell patterns on the variant, or on the activation's bare name
  std::vector<std::uint64_t> seeds = {};  // of those in the recipe
  Shard shard = {};                       // of the runs that the others leave
  std::filesystem::path folder = {};      // the one run with this Run::folder
};

// An activation (canonical text) as messages and folders write it: without parameters where all have their
// defaults, else with all of them and no blanks: "elu", "leaky_relu(slope=0.01)"; "+bn" with batch normalisation.
// So a name is made of letters, digits and _ . ( ) = , + - only: valid in every file system; in a shell it needs
// quotes.
std::string variant_name(const std::string& activation, bool batch_norm);

// Of each activation's final test error with the baseline's, without and with batch normalisation: a report
// adjusts these for each other.
std::int64_t comparisons_in(const Compare& compare);

// The fewest seeds with which one of so many comparisons can be decided, Holm over all: from n pairs the smallest
// exact two-sided p of Wilcoxon's signed-rank test is 2 / 2^n, and that times their number must be below .05.
std::int64_t seeds_to_decide(std::int64_t comparisons);

// Seed by seed, so that paired runs stand next to each other. Throws UsageError where a pattern or seed finds no
// run, or nothing is left.
std::vector<Run> plan(const Recipe& recipe, train::Precision precision, const Filter& filter = {});

}  // namespace elubench::experiment
