// `precision = "auto"`, resolved once for a whole experiment. Free of LibTorch.
#pragma once

#include <filesystem>

#include "experiment/device.h"
#include "experiment/recipe.h"
#include "train/specification.h"

namespace elubench::experiment {

// `automatic` is what was recorded in `runs_folder`, or what runs there have; where there is none, bf16 if that
// is faster on the device, else fp32.
train::Precision resolve_precision(PrecisionChoice choice, const std::filesystem::path& runs_folder,
                                   const Device& device);

// Records what `automatic` was resolved to, in `<runs_folder>/precision`, for all who share the experiment. The
// caller holds the folder's lock. Returns the precision that holds: what another process has recorded since
// `resolved` was found, else `resolved`.
train::Precision record_precision(PrecisionChoice choice, const std::filesystem::path& runs_folder,
                                  train::Precision resolved);

}  // namespace elubench::experiment
