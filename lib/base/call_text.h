// Text of the form `name(key=value, key=value)`, in which recipes and the command line write activations and data
// sets.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace elubench {

struct CallText {
  std::string name;
  std::map<std::string, double> arguments;  // in the order of their names
};

// Parses `name`, `name()` or `name(key=number, ...)`; blanks are free. Throws UsageError that quotes the text.
CallText parse_call(std::string_view text);

// The shortest text that reads back as the same double: 1 -> "1", 0.1 -> "0.1".
std::string number_text(double value);

// `name(key=value, ...)` in the order given; without arguments just `name`.
std::string call_text(std::string_view name, const std::vector<std::pair<std::string, double>>& arguments);

// "; did you mean 'x'?" for the candidate that is nearest by edits, else "; valid are: a, b, c".
std::string suggestion(std::string_view wrong, const std::vector<std::string>& valid);

}  // namespace elubench
