#include "base/call_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace elubench {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw UsageError("'" + std::string(text) + "' " + why + "; write it as name or name(key=number, ...)");
}

double number_in(std::string_view whole, std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
    refuse(whole, "has '" + std::string(text) + "' where a number belongs");
  }
  return value;
}

void add_argument(std::string_view whole, std::string_view text, CallText& call) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) refuse(whole, "has an argument without '='");
  const std::string key(trimmed(text.substr(0, equals)));
  if (key.empty()) refuse(whole, "has an argument without a name");
  if (!call.arguments.emplace(key, number_in(whole, trimmed(text.substr(equals + 1)))).second) {
    refuse(whole, "gives '" + key + "' twice");
  }
}

// Insertions, deletions and replacements that turn one text into the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

CallText parse_call(std::string_view text) {
  const std::string_view whole = trimmed(text);
  const auto open = whole.find('(');
  CallText call{std::string(trimmed(whole.substr(0, open))), {}};
  if (call.name.empty()) refuse(whole, "has no name");
  if (call.name.find_first_of("),=") != std::string::npos) refuse(whole, "has arguments without parentheses");
  if (open == std::string_view::npos) return call;
  if (whole.back() != ')') refuse(whole, "lacks its closing parenthesis");
  std::string_view inside = whole.substr(open + 1, whole.size() - open - 2);
  if (trimmed(inside).empty()) return call;
  while (true) {
    const auto comma = inside.find(',');
    add_argument(whole, trimmed(inside.substr(0, comma)), call);
    if (comma == std::string_view::npos) return call;
    inside = inside.substr(comma + 1);
  }
}

std::string number_text(double value) {
  std::array<char, 64> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end};
}

std::string call_text(std::string_view name, const std::vector<std::pair<std::string, double>>& arguments) {
  std::string text(name);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    text += (i == 0 ? "(" : ", ") + arguments[i].first + "=" + number_text(arguments[i].second);
  }
  return arguments.empty() ? text : text + ")";
}

std::string suggestion(std::string_view wrong, const std::vector<std::string>& valid) {
  const std::string* nearest = nullptr;
  std::size_t fewest = std::max<std::size_t>(2, wrong.size() / 3) + 1;
  for (const std::string& candidate : valid) {
    const std::size_t edits = edit_distance(wrong, candidate);
    if (edits < fewest) {
      fewest = edits;
      nearest = &candidate;
    }
  }
  if (nearest != nullptr) return "; did you mean '" + *nearest + "'?";
  std::string list;
  for (const std::string& candidate : valid) list += (list.empty() ? "" : ", ") + candidate;
  return "; valid are: " + list;
}

}  // namespace elubench
