// A recipe: what an experiment compares, as written in `<experiment>/experiment.toml`. The contract of the file,
// with every default, is the field table in fields.h. Free of LibTorch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/named_enum.h"
#include "data/specification.h"
#include "network/options.h"
#include "train/specification.h"

namespace elubench {
namespace experiment {

enum class PrecisionChoice {
  fp32,
  bf16,
  automatic,  // resolved once for the whole experiment (see precision.h)
};

struct Compare {
  std::vector<std::string> activations = {"relu", "leaky_relu(slope=0.1)", "shifted_relu",
                                          "elu(alpha=1)"};  // canonical
  std::vector<bool> batch_norm = {false};
  std::vector<std::uint64_t> seeds = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  std::string baseline = "relu";  // one of the activations
};

struct Recipe {
  std::string title;
  std::string reference;  // curves that the report draws beside: a name under results/paper/, or another
                          // experiment's path; empty: none
  // What all runs have in common. Its activation, batch_norm, seed and precision are not the recipe's: the plan
  // sets them.
  train::Specification common;
  PrecisionChoice precision = PrecisionChoice::fp32;
  Compare compare;
};

// The recipe in a folder with `experiment.toml`, or that file itself. A plain name that is neither may be one of
// the recipes that come with the program, in the folder that $ELUBENCH_RECIPES names: a container's are there.
std::filesystem::path recipe_file(const std::filesystem::path& experiment);
bool comes_with_program(const std::filesystem::path& experiment);

// Reads and checks all that can be checked without the data. A file that begins with `extends = "../other"` takes
// what it does not say from that recipe, a folder or file beside it or one that comes with the program, key by
// key. Each of `settings` is `section.key=value`, the value written as in TOML (a bare word is text); a later one
// wins over an earlier one and over the file. Throws UsageError, one line: "FILE:LINE: key 'train.batch_sise' is
// unknown; did you mean 'train.batch_size'?".
Recipe load_recipe(const std::filesystem::path& file, const std::vector<std::string>& settings = {});
// The same of a text that extends nothing.
Recipe parse_recipe(std::string_view text, const std::string& label,
                    const std::vector<std::string>& settings = {});

// The recipe as TOML with every key and its comment; parse_recipe reads it back as the same recipe.
std::string recipe_text(const Recipe& recipe);

}  // namespace experiment

template <>
inline constexpr auto enum_names<experiment::PrecisionChoice> =
    std::to_array<EnumName<experiment::PrecisionChoice>>({{experiment::PrecisionChoice::fp32, "fp32"},
                                                          {experiment::PrecisionChoice::bf16, "bf16"},
                                                          {experiment::PrecisionChoice::automatic, "auto"}});

}  // namespace elubench
