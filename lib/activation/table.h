// The activations by name.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "activation/activation.h"

namespace elubench::activation {

struct Parameter {
  std::string_view name;
  double default_value;
  double lowest;   // inclusive
  double highest;  // inclusive
};

// One row of the table, as `elubench list activations` shows it; the numbers are for the default parameters.
struct Row {
  std::string_view name;
  std::string_view formula;  // plain text: "x > 0: x; else alpha (exp(x) - 1)"
  std::string_view source;   // where it was proposed; may be empty
  std::vector<Parameter> parameters;
  bool monotone;
  double limit_below;  // f(-inf); may be -inf
  double limit_above;  // f(+inf)
  double lipschitz;    // sup |f'|
};

std::vector<Row> table();

// Parses `elu`, `elu(alpha=0.5)`. Throws UsageError: unknown name or parameter (names the nearest), value out of
// range.
Activation parse(std::string_view text);

// The canonical text, every parameter written out: "elu(alpha=1)", "relu".
std::string to_text(const Activation& activation);

}  // namespace elubench::activation
