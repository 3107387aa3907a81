#include "experiment/cost.h"

#include <algorithm>
#include <exception>
#include <numeric>
#include <vector>

#include "base/log.h"
#include "data/table.h"
#include "experiment/run_folder.h"

namespace elubench::experiment {
namespace {

// Forward alone is a third of a training step's multiply-adds.
constexpr double forward_share = 1.0 / 3;

double as_double(std::int64_t value) { return static_cast<double>(value); }

}  // namespace

MetricRows metrics_of(const Experiment& experiment, const Run& run) {
  try {
    return read_metrics(experiment.path_of(run) / "metrics.csv");
  } catch (const std::exception& error) {
    log_debug(error.what());  // the folder may be removed as we look
    return {};
  }
}

std::int64_t updates_done(const MetricRows& metrics) {
  return metrics.rows.empty() ? 0 : metrics.rows.back().iteration;
}

std::map<std::string, Rates> measured_rates(const Experiment& experiment, const std::string& device) {
  std::map<std::string, std::vector<double>> rates;
  for (const Run& run : experiment.runs) {
    if (!device.empty() && recorded_device(experiment.path_of(run)) != device) continue;
    const auto metrics = metrics_of(experiment, run);
    const auto last = std::find_if(metrics.rows.rbegin(), metrics.rows.rend(),
                                   [](const auto& row) { return row.name == "images_per_second"; });
    if (last == metrics.rows.rend()) continue;
    rates[run.variant].push_back(last->value);
    rates[""].push_back(last->value);
  }
  std::map<std::string, Rates> means;
  for (const auto& [variant, values] : rates) {
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    means[variant] = {mean, mean / forward_share};
  }
  return means;
}

std::optional<Rates> rates_of(const std::map<std::string, Rates>& measured, const std::string& variant) {
  for (const auto& key : {variant, std::string()}) {
    if (const auto found = measured.find(key); found != measured.end()) return found->second;
  }
  return std::nullopt;
}

double seconds_left(const Run& run, std::int64_t updates_done, Rates rates) {
  const auto& specification = run.specification;
  const double updates = as_double(specification.iterations - updates_done);
  const double tests = updates / as_double(specification.test_every) + 1;
  const double tested =
      as_double(data::find_set(specification.data.set).test_images + specification.data.validation);
  return updates * as_double(specification.batch_size) / rates.training + tests * tested / rates.testing;
}

}  // namespace elubench::experiment
