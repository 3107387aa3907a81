#include "experiment/precision.h"

#include <algorithm>
#include <optional>
#include <system_error>
#include <vector>

#include "base/atomic_file.h"
#include "experiment/specification_file.h"

namespace elubench::experiment {
namespace {

std::optional<train::Precision> recorded_precision(const std::filesystem::path& runs_folder) {
  namespace fs = std::filesystem;
  std::error_code error;
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
  return device.multiplies_bf16 ? train::Precision::bf16 : train::Precision::fp32;
}

}  // namespace elubench::experiment
