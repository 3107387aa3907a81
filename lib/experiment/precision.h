// `precision = "auto"`, resolved once for a whole experiment. Free of LibTorch.
#pragma once

#include <filesystem>

#include "experiment/device.h"
#include "experiment/recipe.h"
#include "train/specification.h"

namespace elubench::experiment {

// `automatic` is what the runs that are under `runs_folder` already have; where there is none, bf16 if the device
// multiplies it in hardware, else fp32.
train::Precision resolve_precision(PrecisionChoice choice, const std::filesystem::path& runs_folder,
                                   const Device& device);

}  // namespace elubench::experiment
