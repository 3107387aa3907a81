#include "bench_experiment.h"

#include <iomanip>
#include <set>
#include <sstream>
#include <vector>

#include "base/atomic_file.h"
#include "base/call_text.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/parallel.h"
#include "benchmark/comparison.h"
#include "command.h"
#include "data/table.h"
#include "experiment/build_info.h"
#include "experiment/experiment.h"
#include "experiment/specification_file.h"

namespace elubench {
namespace {

using Rows = std::vector<benchmark::Comparison>;

// One a variant of the experiment's, in the recipe's order.
std::vector<benchmark::Contender> contenders_of(const experiment::Experiment& experiment,
                                                const benchmark::Request& common) {
  std::vector<benchmark::Contender> contenders;
  std::set<std::string> variants;
  for (const experiment::Run& run : experiment.runs) {
    if (!variants.insert(run.variant).second) continue;
    benchmark::Request request = common;
    request.specification = run.specification;
    request.classes = data::find_set(run.specification.data.set).classes;
    contenders.push_back({run.specification.activation, run.specification.batch_norm, request});
  }
  return contenders;
}

// Quotes in a cell are doubled.
auto cell(const std::string& text) { return std::quoted(text, '"', '"'); }

// Numbers as short as they read back to the same.
std::string csv_of(const Rows& rows, const experiment::Device& device, const benchmark::Request& request) {
  const auto& build = experiment::build_info();
  std::ostringstream place;
  const std::string convolutions = benchmark::convolutions_of(request);
  const std::string network = experiment::network_text(request.specification);
  place << cell(device.description) << "," << thread_count() << "," << to_name(request.specification.precision)
        << "," << cell(convolutions) << "," << request.specification.network.name << "," << cell(network) << ","
        << request.specification.batch_size << "," << build.git_commit << (build.git_dirty ? " with changes" : "");
  std::ostringstream csv;
  csv << "device,threads,precision,convolutions,network,network_settings,batch,git_commit,"
         "round,activation,batch_norm,metric,value\n";
  for (const auto& row : rows) {
    csv << place.str() << "," << row.round << "," << cell(row.activation) << ","
        << (row.batch_norm ? "true" : "false") << "," << row.metric << "," << number_text(row.value) << "\n";
  }
  return csv.str();
}

}  // namespace

int bench_experiment(const std::string& experiment, const std::string& device, int rounds,
                     const std::function<benchmark::Request(const experiment::Device&)>& common) {
  experiment::Request wanted;
  wanted.experiment = experiment;
  wanted.device = device;
  experiment::Experiment opened = experiment::open_experiment(wanted);
  if (opened.is_elsewhere) experiment::prepare_folder(opened);
  const auto file = opened.folder / "bench.csv";
  check_folder_can_be_written(opened.folder);
  const auto contenders = contenders_of(opened, common(opened.device));

  int complete = 0;
  const auto measured = [&](int round, const benchmark::Contender& contender) {
    log_info("round " + std::to_string(round) + " of " + std::to_string(rounds) + ": " + contender.activation +
             (contender.batch_norm ? " + batch norm" : "") + " measured");
  };
  const auto round_ended = [&](const Rows& rows) {
    write_atomically(file, csv_of(rows, opened.device, contenders.front().request));
    ++complete;
  };
  const InterruptGuard guard;
  ignore_broken_pipes();
  try {
    benchmark::compare(contenders, rounds, measured, round_ended);
  } catch (const Interrupted& interrupted) {
    throw Interrupted(interrupted.signal_number(), complete == 0 ? "no round was complete, and nothing is written"
                                                                 : file.string() +
                                                                       " has the rounds that were "
                                                                       "complete: " +
                                                                       std::to_string(complete));
  }
  log_info("written: " + file.string());
  return 0;
}

}  // namespace elubench
