#include "experiment/cost.h"

#include <algorithm>

#include "data/table.h"

namespace elubench::experiment {
namespace {

// Forward alone is a third of a training step's multiply-adds.
constexpr double forward_share = 1.0 / 3;

// Sessions are timed to the second, and have a beginning and an end of their own.
constexpr std::int64_t least_tests = 10;

double as_double(std::int64_t value) { return static_cast<double>(value); }

double images_tested(const Run& run) {
  const auto& data = run.specification.data;
  return as_double(data::find_set(data.set).test_images + data.validation);
}

}  // namespace

std::int64_t updates_done(const MetricRows& metrics) {
  return metrics.rows.empty() ? 0 : metrics.rows.back().iteration;
}

std::optional<Rates> measured_rates(const Run& run, const RunFiles& files) {
  const MetricRows& metrics = files.metrics;
  const RecordedSessions& sessions = files.sessions;
  const auto* training = last_of(metrics, "train", "images_per_second");
  // One that the last session's worker has not measured is another's.
  if (!training || training->value <= 0 || training->iteration <= sessions.start_iteration) return std::nullopt;
  Rates rates{training->value, std::nullopt};
  const auto tests = std::count_if(metrics.rows.begin(), metrics.rows.end(),
                                   [](const auto& row) { return row.split == "test" && row.name == "error"; });
  const double besides = sessions.seconds.value_or(0) - last_value(metrics, "train", "seconds");
  if (tests >= least_tests && besides > 0) rates.testing = as_double(tests) * images_tested(run) / besides;
  return rates;
}

void MeasuredRates::add(const std::string& worker, const std::string& variant, Rates rates) {
  all_.push_back({worker, variant, rates});
}

std::optional<Rates> MeasuredRates::of(const std::string& worker, const std::string& variant) const {
  struct Mean {
    double seconds = 0, runs = 0;
    void add(double rate) { seconds += 1 / rate, ++runs; }
    double rate() const { return runs / seconds; }
  } of_variant, of_all;
  std::optional<double> testing;
  for (const Measured& one : all_) {
    if (one.worker != worker) continue;
    of_all.add(one.rates.training);
    if (one.variant == variant) of_variant.add(one.rates.training);
    if (one.rates.testing) testing = std::max(testing.value_or(0), *one.rates.testing);
  }
  if (of_all.runs == 0) return std::nullopt;
  return Rates{(of_variant.runs > 0 ? of_variant : of_all).rate(), testing};
}

double seconds_left(const Run& run, std::int64_t updates_done, Rates rates) {
  const auto& specification = run.specification;
  const std::int64_t updates = std::max<std::int64_t>(0, specification.iterations - updates_done);
  const double tests = as_double(updates) / as_double(specification.test_every) + 1;  // and one for good measure
  return as_double(updates) * as_double(specification.batch_size) / rates.training +
         tests * images_tested(run) / rates.testing.value_or(rates.training / forward_share);
}

}  // namespace elubench::experiment
