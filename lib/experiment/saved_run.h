// A run folder whose checkpoint is used again. The header is free of LibTorch.
#pragma once

#include <cstdint>
#include <filesystem>

#include "data/locations.h"
#include "experiment/device.h"

namespace elubench::experiment {

struct TestResult {
  std::int64_t iteration;  // of the checkpoint
  double loss;             // nats, mean over the test images
  double error;            // per cent
};

// Test loss and error of the newest whole checkpoint. Throws UsageError where there are no data or no run, Error
// where there is no checkpoint.
TestResult evaluate_run(const std::filesystem::path& run_folder, const data::Locations& locations,
                        const Device& device);

// Its weights as safetensors (see train/export_weights.h). Throws likewise.
void export_run(const std::filesystem::path& run_folder, const std::filesystem::path& out);

}  // namespace elubench::experiment
