// Enumerations that have names in recipes and on the command line.
//
//   enum class Precision { fp32, bf16 };
//   template <> inline constexpr auto enum_names<Precision> =
//   std::to_array<EnumName<Precision>>({{Precision::fp32, "fp32"}, ...});
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elubench {

template <class E>
struct EnumName {
  E value;
  std::string_view name;
};

// Specialised beside each enumeration: the table of its names.
template <class E>
inline constexpr std::array<EnumName<E>, 0> enum_names{};

template <class E>
constexpr std::string_view to_name(E value) {
  for (const auto& entry : enum_names<E>) {
    if (entry.value == value) return entry.name;
  }
  return "?";
}

template <class E>
constexpr std::optional<E> from_name(std::string_view name) {
  for (const auto& entry : enum_names<E>) {
    if (entry.name == name) return entry.value;
  }
  return std::nullopt;
}

// All names, for messages that list them.
template <class E>
std::vector<std::string> names_of() {
  std::vector<std::string> names;
  for (const auto& entry : enum_names<E>) names.emplace_back(entry.name);
  return names;
}

}  // namespace elubench
