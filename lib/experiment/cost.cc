#include "experiment/cost.h"

#include <algorithm>
#include <exception>

#include "base/log.h"
#include "data/table.h"

namespace elubench::experiment {
namespace {

// Forward alone is a third of a training step's multiply-adds.
constexpr double forward_share = 1.0 / 3;

double as_double(std::int64_t value) { return static_cast<double>(value); }

// And one for good measure.
double tests_in(const Run& run, std::int64_t updates) {
  return as_double(updates) / as_double(run.specification.test_every) + 1;
}

double images_tested(const Run& run) {
  const auto& data = run.specification.data;
  return as_double(data::find_set(data.set).test_images + data.validation);
}

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

std::optional<double> last_value(const MetricRows& metrics, std::string_view split, std::string_view name) {
  const auto last = std::find_if(metrics.rows.rbegin(), metrics.rows.rend(),
                                 [&](const auto& row) { return row.split == split && row.name == name; });
  if (last == metrics.rows.rend()) return std::nullopt;
  return last->value;
}

std::optional<Rates> measured_rates(const Run& run, const MetricRows& metrics, const RecordedSessions& sessions) {
  const auto training = last_value(metrics, "train", "images_per_second");
  if (!training) return std::nullopt;
  Rates rates{*training, *training / forward_share};
  const double besides = sessions.seconds.value_or(0) - last_value(metrics, "train", "seconds").value_or(0);
  const double tested = tests_in(run, updates_done(metrics)) * images_tested(run);
  if (sessions.seconds && besides > 0) rates.testing = std::min(rates.testing, tested / besides);
  return rates;
}

void MeanRates::add(const std::string& variant, Rates rates) { rates_[variant].push_back(rates); }

std::optional<Rates> MeanRates::of(const std::string& variant) const {
  Rates sum;
  double count = 0;
  const bool has_own = rates_.contains(variant);
  for (const auto& [name, all] : rates_) {
    if (has_own && name != variant) continue;
    for (const Rates& one : all) {
      sum = {sum.training + one.training, sum.testing + one.testing};
      ++count;
    }
  }
  if (count == 0) return std::nullopt;
  return Rates{sum.training / count, sum.testing / count};
}

double seconds_left(const Run& run, std::int64_t updates_done, Rates rates) {
  const auto& specification = run.specification;
  const std::int64_t updates = specification.iterations - updates_done;
  return as_double(updates) * as_double(specification.batch_size) / rates.training +
         tests_in(run, updates) * images_tested(run) / rates.testing;
}

}  // namespace elubench::experiment
