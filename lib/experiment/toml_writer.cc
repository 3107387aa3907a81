#include "experiment/toml_writer.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/call_text.h"

namespace elubench::experiment {
namespace {

template <class Range, class Text>
std::string list_text(const Range& items, Text&& text) {
  std::string joined;
  for (const auto& item : items) joined += (joined.empty() ? "" : ", ") + text(item);
  return std::string("[") + joined + "]";
}

std::string pair_text(std::int64_t from, const std::string& value) {
  std::string text = "[";
  text.append(std::to_string(from)).append(", ").append(value).append("]");
  return text;
}

std::string escaped(unsigned char character) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "\\u%04X", static_cast<unsigned>(character));
  return text.data();
}

}  // namespace

std::string toml_text(bool value) { return value ? "true" : "false"; }
std::string toml_text(std::int64_t value) { return std::to_string(value); }
std::string toml_text(std::uint64_t value) { return std::to_string(value); }

std::string toml_text(double value) {
  const std::string text = number_text(value);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

std::string toml_text(std::string_view value) {
  std::string text = "\"";
  for (const char character : value) {
    const auto byte = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      text += '\\';
      text += character;
    } else if (byte < 0x20 || byte == 0x7f) {
      text += escaped(byte);
    } else {
      text += character;
    }
  }
  return text + '"';
}

std::string toml_text(const train::Schedule& value) {
  return list_text(value,
                   [](const auto& breakpoint) { return pair_text(breakpoint.from, toml_text(breakpoint.value)); });
}

std::string toml_text(const network::Dropout& value) {
  if (!value.enabled || value.phases.empty()) return toml_text(value.enabled);
  return list_text(value.phases, [](const auto& phase) {
    return pair_text(phase.from, list_text(phase.rates, [](double rate) { return toml_text(rate); }));
  });
}

std::string toml_text(const std::vector<bool>& values) {
  return list_text(values, [](bool value) { return toml_text(value); });
}
std::string toml_text(const std::vector<std::uint64_t>& values) {
  return list_text(values, [](std::uint64_t value) { return toml_text(value); });
}
std::string toml_text(const std::vector<std::string>& values) {
  return list_text(values, [](const std::string& value) { return toml_text(std::string_view(value)); });
}

std::string document_text(const std::vector<Entry>& entries) {
  std::size_t width = 0;
  for (const auto& entry : entries) {
    if (!entry.comment.empty()) width = std::max(width, entry.key.size() + 3 + entry.value.size());
  }
  width = std::min<std::size_t>(width, 40);
  std::string text;
  std::string section;
  for (const auto& entry : entries) {
    if (entry.section != section) {
      section = entry.section;
      text += (text.empty() ? "[" : "\n[") + section + "]\n";
    }
    std::string line = entry.key + " = " + entry.value;
    if (!entry.comment.empty()) {
      line.append(line.size() < width ? width - line.size() : 0, ' ');
      line += "  # " + entry.comment;
    }
    text += line + "\n";
  }
  return text;
}

}  // namespace elubench::experiment
