#include "experiment/results_table.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "data/table.h"
#include "experiment/progress_text.h"
#include "experiment/run_files.h"

namespace elubench::experiment {
namespace {

struct VariantResults {
  std::string variant;
  std::size_t runs = 0;
  std::vector<double> errors;  // of those that are done
  std::string trouble;         // status of the others
};

std::vector<VariantResults> collect(const Experiment& experiment) {
  std::vector<VariantResults> all;
  for (const Run& run : experiment.runs) {
    auto entry = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.variant == run.variant; });
    if (entry == all.end()) entry = all.insert(all.end(), {run.variant, 0, {}, {}});
    ++entry->runs;
    const RunFiles files = read_run(experiment, run);
    if (files.is_done) {
      entry->errors.push_back(last_value(files.metrics, "test", "error"));
      continue;
    }
    entry->trouble += (entry->trouble.empty() ? "seed " : "; seed ") + std::to_string(run.specification.seed) +
                      " " + files.text();
  }
  return all;
}

std::string formatted(const char* format, double value) {
  std::string text(32, '\0');
  text.resize(static_cast<std::size_t>(std::snprintf(text.data(), text.size(), format, value)));
  return text;
}

std::string error_text(const std::vector<double>& errors) {
  if (errors.empty()) return "-";
  const double n = static_cast<double>(errors.size());
  double mean = 0;
  for (const double error : errors) mean += error / n;
  if (errors.size() == 1) return formatted("%.2f", mean);
  double squares = 0;
  for (const double error : errors) squares += (error - mean) * (error - mean);
  return formatted("%.2f", mean) + " +- " + formatted("%.2f", std::sqrt(squares / (n - 1)));
}

}  // namespace

std::string results_table(const Experiment& experiment) {
  const auto results = collect(experiment);
  std::size_t width = std::string("activation").size();
  for (const auto& result : results) width = std::max(width, result.variant.size());
  std::string text = padded("activation", width) + "  done     test error %, mean +- sd\n";
  for (const auto& result : results) {
    const std::string done = std::to_string(result.errors.size()) + "/" + std::to_string(result.runs);
    text += padded(result.variant, width) + "  " + padded(done, 7) + "  " + error_text(result.errors);
    text += result.trouble.empty() ? "\n" : "  (" + result.trouble + ")\n";
  }
  if (data::find_set(experiment.recipe.common.data.set).synthetic) text += "synthetic images, not CIFAR\n";
  return text;
}

}  // namespace elubench::experiment
