// What a run was made with: the record in each [[session]] of run.toml. Free of LibTorch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "experiment/device.h"
#include "train/specification.h"

namespace elubench::experiment {

struct Environment {
  // Key and value as TOML, in the order in which they are written.
  std::vector<std::pair<std::string, std::string>> entries;
};

using FileChecksums = std::vector<std::pair<std::string, std::string>>;  // file name, SHA-256

Environment environment_of(const Device& device, int threads, train::Precision precision,
                           const std::string& convolutions, const FileChecksums& data);

// "2026-11-23T21:47:49Z"
std::string utc_now();

// Seconds since 1970 of such a text; nothing where it is none.
std::optional<std::int64_t> utc_seconds(const std::string& text);

}  // namespace elubench::experiment
