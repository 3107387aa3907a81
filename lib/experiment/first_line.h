// Messages are one line; those of libraries may be more.
#pragma once

#include <string>

namespace elubench::experiment {

inline std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace elubench::experiment
