// TOML text of the values in the field table (fields.h), and the visitor that lists them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/named_enum.h"
#include "network/options.h"
#include "train/specification.h"

namespace elubench::experiment {

std::string toml_text(bool value);
std::string toml_text(std::int64_t value);
std::string toml_text(std::uint64_t value);
std::string toml_text(double value);  // shortest that reads back the same, always with a point or an exponent
std::string toml_text(std::string_view value);
std::string toml_text(const train::Schedule& value);
std::string toml_text(const network::Dropout& value);
std::string toml_text(const std::vector<bool>& values);
std::string toml_text(const std::vector<std::uint64_t>& values);
std::string toml_text(const std::vector<std::string>& values);

// One key with its value as TOML.
struct Entry {
  std::string section;
  std::string key;
  std::string value;
  std::string comment;
  std::string full_key() const { return section.empty() ? key : section + "." + key; }
};

// Collects the entries. An enumerator without a name means that the key is left out.
class EntryLister {
 public:
  void section(std::string_view name) { section_ = name; }

  template <class Member, class Rule>
  void operator()(std::string_view key, const Member& member, const Rule& /*rule*/, std::string_view comment) {
    std::string value;
    if constexpr (std::is_enum_v<Member>) {
      if (!has_name(member)) return;
      value = toml_text(to_name(member));
    } else {
      value = toml_text(member);
    }
    entries_.push_back({section_, std::string(key), std::move(value), std::string(comment)});
  }

  const std::vector<Entry>& entries() const { return entries_; }

 private:
  template <class Enumeration>
  static bool has_name(Enumeration value) {
    for (const auto& entry : enum_names<Enumeration>) {
      if (entry.value == value) return true;
    }
    return false;
  }

  std::string section_;
  std::vector<Entry> entries_;
};

// A TOML document: sections in order, comments in one column.
std::string document_text(const std::vector<Entry>& entries);

}  // namespace elubench::experiment
