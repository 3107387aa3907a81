#include "experiment/precision.h"

#include <algorithm>
#include <optional>
#include <system_error>
#include <vector>

#include "base/atomic_file.h"
#include "base/error.h"
#include "experiment/first_line.h"
#include "experiment/specification_file.h"

namespace elubench::experiment {
namespace {

std::filesystem::path record_of(const std::filesystem::path& runs_folder) { return runs_folder / "precision"; }

std::optional<train::Precision> recorded_precision(const std::filesystem::path& runs_folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (const auto record = record_of(runs_folder); fs::exists(record, error)) {
    const std::string name = first_line(read_input(record));
    if (const auto precision = from_name<train::Precision>(name)) return precision;
    throw UsageError(record.string() + " says '" + name + "'; it must say fp32 or bf16");
  }
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator entry(runs_folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename() == "run.toml") files.push_back(entry->path());
  }
  if (files.empty()) return std::nullopt;
  const fs::path first = *std::min_element(files.begin(), files.end());
  return parse_specification(read_text(first), first.string()).precision;
}

}  // namespace

train::Precision resolve_precision(PrecisionChoice choice, const std::filesystem::path& runs_folder,
                                   const Device& device) {
  switch (choice) {
    case PrecisionChoice::fp32:
      return train::Precision::fp32;
    case PrecisionChoice::bf16:
      return train::Precision::bf16;
    case PrecisionChoice::automatic:
      break;
  }
  if (const auto recorded = recorded_precision(runs_folder)) return *recorded;
  return device.bf16_is_faster ? train::Precision::bf16 : train::Precision::fp32;
}

train::Precision record_precision(PrecisionChoice choice, const std::filesystem::path& runs_folder,
                                  train::Precision resolved) {
  if (choice != PrecisionChoice::automatic) return resolved;
  const train::Precision holds = recorded_precision(runs_folder).value_or(resolved);
  if (const auto record = record_of(runs_folder); !std::filesystem::exists(record)) {
    write_atomically(record, std::string(to_name(holds)) + "\n");
  }
  return holds;
}

}  // namespace elubench::experiment
