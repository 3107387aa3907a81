// The specification of one run as TOML: the first part of run.toml. Free of LibTorch.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "train/specification.h"

namespace elubench::experiment {

// Every key with its value and comment.
std::string specification_text(const train::Specification& specification);

// Its [network] as an inline table: `{ name = "elu11", width = 1.0, ... }`.
std::string network_text(const train::Specification& specification);

// Reads a run.toml; its [[session]] tables are left aside. Throws UsageError "LABEL:LINE: ...".
train::Specification parse_specification(std::string_view text, const std::string& label);

// "train.momentum: 0.9 there, 0.5 here" for each key in which the two would compute something else
// (checkpoint_every does not count).
std::vector<std::string> differences(const train::Specification& there, const train::Specification& here);

}  // namespace elubench::experiment
