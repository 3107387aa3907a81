#include "experiment/plan.h"

#include <fnmatch.h>

#include <algorithm>

#include "activation/table.h"
#include "base/call_text.h"
#include "base/error.h"
#include "network/table.h"

namespace elubench::experiment {
namespace {

bool has_default_parameters(const CallText& call) {
  const auto rows = activation::table();
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const auto& one) { return one.name == call.name; });
  return row != rows.end() &&
         std::all_of(row->parameters.begin(), row->parameters.end(), [&](const auto& parameter) {
           const auto given = call.arguments.find(std::string(parameter.name));
           return given == call.arguments.end() || given->second == parameter.default_value;
         });
}

bool matches(const std::string& pattern, const Run& run) {
  const std::string bare_name = parse_call(run.specification.activation).name;
  return fnmatch(pattern.c_str(), run.variant.c_str(), 0) == 0 ||
         fnmatch(pattern.c_str(), bare_name.c_str(), 0) == 0;
}

Run run_of(const Recipe& recipe, train::Precision precision, const std::string& activation, bool batch_norm,
           std::uint64_t seed) {
  Run run{recipe.common, variant_name(activation, batch_norm), {}};
  run.specification.network = network::resolved(recipe.common.network);
  run.specification.precision = precision;
  run.specification.activation = activation;
  run.specification.batch_norm = batch_norm;
  run.specification.seed = seed;
  run.folder = std::filesystem::path(run.variant) / ("seed-" + std::to_string(seed));
  return run;
}

std::vector<Run> all_runs(const Recipe& recipe, train::Precision precision) {
  std::vector<Run> runs;
  for (const std::uint64_t seed : recipe.compare.seeds) {
    for (const bool batch_norm : recipe.compare.batch_norm) {
      for (const auto& activation : recipe.compare.activations) {
        runs.push_back(run_of(recipe, precision, activation, batch_norm, seed));
      }
    }
  }
  return runs;
}

void check_filter(const Filter& filter, const Recipe& recipe, const std::vector<Run>& runs) {
  for (const auto& pattern : filter.only) {
    if (std::any_of(runs.begin(), runs.end(), [&](const Run& run) { return matches(pattern, run); })) continue;
    std::vector<std::string> variants;
    for (const auto& run : runs) {
      if (std::find(variants.begin(), variants.end(), run.variant) == variants.end())
        variants.push_back(run.variant);
    }
    throw UsageError("--only '" + pattern + "' matches no run of this recipe" + suggestion(pattern, variants) +
                     "; others join it by --set compare.activations=[...]");
  }
  for (const std::uint64_t seed : filter.seeds) {
    const auto& seeds = recipe.compare.seeds;
    if (std::find(seeds.begin(), seeds.end(), seed) != seeds.end()) continue;
    std::string valid;
    for (const std::uint64_t one : seeds) valid += (valid.empty() ? "" : ", ") + std::to_string(one);
    throw UsageError("--seeds: seed " + std::to_string(seed) + " is not in the recipe, which has " + valid +
                     "; add it to compare.seeds");
  }
}

bool passes(const Filter& filter, const Run& run) {
  const bool by_pattern =
      filter.only.empty() || std::any_of(filter.only.begin(), filter.only.end(),
                                         [&](const auto& pattern) { return matches(pattern, run); });
  const bool by_seed = filter.seeds.empty() || std::find(filter.seeds.begin(), filter.seeds.end(),
                                                         run.specification.seed) != filter.seeds.end();
  const bool by_folder = filter.folder.empty() || filter.folder == run.folder;
  return by_pattern && by_seed && by_folder;
}

std::vector<Run> part_of(const std::vector<Run>& runs, const Shard& shard) {
  std::vector<Run> part;
  const auto count = static_cast<std::size_t>(shard.count);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (i * count / runs.size() == static_cast<std::size_t>(shard.index - 1)) part.push_back(runs[i]);
  }
  if (!part.empty()) return part;
  throw UsageError("shard " + std::to_string(shard.index) + " of " + std::to_string(shard.count) +
                   " is empty: there are " + std::to_string(runs.size()) + " runs to share");
}

}  // namespace

std::string variant_name(const std::string& activation, bool batch_norm) {
  const CallText call = parse_call(activation);
  std::string name = has_default_parameters(call) ? call.name : activation;
  std::erase(name, ' ');
  return batch_norm ? name + "+bn" : name;
}

std::vector<Run> plan(const Recipe& recipe, train::Precision precision, const Filter& filter) {
  std::vector<Run> runs = all_runs(recipe, precision);
  check_filter(filter, recipe, runs);
  std::erase_if(runs, [&](const Run& run) { return !passes(filter, run); });
  if (runs.empty()) throw UsageError("what was asked for leaves no run of this recipe");
  return part_of(runs, filter.shard);
}

std::int64_t comparisons_in(const Compare& compare) {
  return static_cast<std::int64_t>((compare.activations.size() - 1) * compare.batch_norm.size());
}

std::int64_t seeds_to_decide(std::int64_t comparisons) {
  std::int64_t seeds = 1;
  for (double smallest = 1; smallest * static_cast<double>(comparisons) >= 0.05; smallest /= 2) ++seeds;
  return seeds;
}

}  // namespace elubench::experiment
