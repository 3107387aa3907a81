// The visitor of the field table (fields.h) that reads TOML: a file, and settings from the command line that win
// over it.
#pragma once

#include <toml++/toml.h>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/call_text.h"
#include "base/error.h"
#include "base/named_enum.h"
#include "experiment/rule.h"
#include "network/options.h"
#include "train/specification.h"

namespace elubench::experiment {

// A parsed TOML text and what messages call it. A copy would lose its lines.
struct TomlLayer {
  std::string label;
  toml::table table;
  bool has_lines = true;  // messages give the line

  std::string where(const toml::node& node) const;  // "experiment.toml:12"
};

// Throws UsageError "LABEL:LINE: what is wrong".
TomlLayer parse_toml(std::string_view text, const std::string& label);

// `section.key=value`; the value is TOML, or a bare word, which is text. Throws UsageError.
TomlLayer parse_setting(const std::string& setting);

class TomlReader {
 public:
  // A later layer wins over an earlier one.
  explicit TomlReader(std::vector<TomlLayer> layers) : layers_(std::move(layers)) {}

  void section(std::string_view name) { section_ = name; }

  template <class Member, class Rule>
  void operator()(std::string_view key, Member& member, const Rule& rule, std::string_view /*comment*/) {
    const std::string full = section_.empty() ? std::string(key) : section_ + "." + std::string(key);
    known_.push_back(full);
    if constexpr (!std::is_same_v<Rule, AnyYounger>) required_.push_back(full);
    const Found found = find(full);
    if (!found.node) return;
    current_ = found;
    current_key_ = full;
    read(*found.node, member, rule);
  }

  // Throws UsageError if a layer has a key that no visit asked for. `ignored` is the top-level key that may be
  // there besides.
  void reject_unknown_keys(std::string_view ignored = {}) const;

  // Of those that were asked for and are not younger than the files, the first that no layer has; empty: none is
  // missing.
  std::string first_missing_key() const;

  // "FILE:LINE: " of a key, or "FILE: " where no layer has it.
  std::string where(const std::string& full_key) const;

 private:
  struct Found {
    const toml::node* node = nullptr;
    const TomlLayer* layer = nullptr;
  };

  Found find(const std::string& full_key) const;
  [[noreturn]] void fail(const toml::node& node, const std::string& what) const;  // "FILE:LINE: key 'K' " + what
  [[noreturn]] void fail_type(const toml::node& node, std::string_view expected) const;
  double number_in(const toml::node& node, const Interval& rule) const;
  std::int64_t integer_in(const toml::node& node, const Interval& rule) const;
  std::string text_in(const toml::node& node) const;
  std::string named_in(const toml::node& node, const Named& rule) const;
  const toml::array& list_in(const toml::node& node, std::string_view example) const;
  std::int64_t breakpoint_in(const toml::node& node, std::size_t index, std::int64_t previous) const;
  const toml::array& pair_in(const toml::node& node, std::string_view example) const;
  void reject_unknown_key(const TomlLayer& layer, const std::string& full_key, const toml::node& node) const;

  void read(const toml::node& node, bool& member, Any) const;
  void read(const toml::node& node, std::string& member, Any) const;
  void read(const toml::node& node, std::string& member, const Named& rule) const;
  void read(const toml::node& node, std::int64_t& member, const Interval& rule) const;
  void read(const toml::node& node, std::uint64_t& member, const Interval& rule) const;
  void read(const toml::node& node, double& member, const Interval& rule) const;
  void read(const toml::node& node, std::vector<std::string>& member, const Named& rule) const;
  void read(const toml::node& node, std::vector<bool>& member, Any) const;
  void read(const toml::node& node, std::vector<std::uint64_t>& member, const Interval& rule) const;
  void read(const toml::node& node, train::Schedule& member, const Interval& rule) const;
  void read(const toml::node& node, network::Dropout& member, const Interval& rule) const;

  template <class Enumeration>
  requires std::is_enum_v<Enumeration>
  void read(const toml::node& node, Enumeration& member, Any) const {
    const std::string name = text_in(node);
    const auto value = from_name<Enumeration>(name);
    if (!value) {
      fail(node, "has no choice '" + name + "'" + suggestion(name, names_of<Enumeration>()));
    }
    member = *value;
  }

  std::vector<TomlLayer> layers_;
  std::string section_;
  std::vector<std::string> known_, required_;  // full keys
  Found current_;                              // what `fail` names
  std::string current_key_;
};

}  // namespace elubench::experiment
