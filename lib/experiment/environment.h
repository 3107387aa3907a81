// What a run was made with: the record in each [[session]] of run.toml. Free of LibTorch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "experiment/device.h"
#include "train/specification.h"

namespace elubench::experiment {

struct Environment {
  // Key and value as TOML, in the order in which they are written.
  std::vector<std::pair<std::string, std::string>> entries;
  bool on_gpu = false;

  // Whether a run need not give the same bits where the value of this key is another.
  bool decides_bits(std::string_view key) const;
};

using FileChecksums = std::vector<std::pair<std::string, std::string>>;  // file name, SHA-256

Environment environment_of(const Device& device, int threads, const train::Specification& specification,
                           const std::string& convolutions, const FileChecksums& data);

// What trains: "NVIDIA H100 80GB HBM3", "AMD EPYC, avx512_bf16 with 2 threads". device: "cuda:0", "cpu".
std::string worker_text(std::string_view device, const std::string& description, std::int64_t threads);

// "2026-11-23T21:47:49Z"
std::string utc_now();

// Seconds since 1970 of such a text; nothing where it is none.
std::optional<std::int64_t> utc_seconds(const std::string& text);

}  // namespace elubench::experiment
