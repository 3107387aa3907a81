// A checkpoint's weights for other programs.
#pragma once

#include <cstdint>
#include <filesystem>

#include "train/specification.h"

namespace elubench::train {

// Writes the weights of the newest whole checkpoint in `folder` as safetensors, fp32: `conv1.weight` (OIHW),
// `conv1.bias`, ...; with batch normalisation also `bn1.weight`, `bn1.bias`, `bn1.running_mean`,
// `bn1.running_var`, ...
void export_weights(const Specification& specification, std::int64_t classes, const std::filesystem::path& folder,
                    const std::filesystem::path& out);

}  // namespace elubench::train
