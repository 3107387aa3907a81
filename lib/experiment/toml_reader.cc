#include "experiment/toml_reader.h"

#include <algorithm>

#include "experiment/first_line.h"

namespace elubench::experiment {
namespace {

std::string_view section_of(std::string_view full_key) {
  const auto dot = full_key.find('.');
  return dot == std::string_view::npos ? std::string_view{} : full_key.substr(0, dot);
}

std::string type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "text";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

// Where in `items` the same value stands before index i; i itself if nowhere.
template <class T>
std::size_t first_same(const std::vector<T>& items, std::size_t i) {
  return static_cast<std::size_t>(std::find(items.begin(), items.end(), items[i]) - items.begin());
}

}  // namespace

std::string TomlLayer::where(const toml::node& node) const {
  return has_lines ? label + ":" + std::to_string(node.source().begin.line) : label;
}

TomlLayer parse_toml(std::string_view text, const std::string& label) {
  try {
    return {label, toml::parse(text, label)};
  } catch (const toml::parse_error& error) {
    throw UsageError(label + ":" + std::to_string(error.source().begin.line) +
                     ": not valid TOML: " + first_line(std::string(error.description())));
  }
}

namespace {

TomlLayer parse_bare_word(const std::string& label, const std::string& key_and_equals, const std::string& word) {
  try {
    return {label, toml::parse(key_and_equals + "'" + word + "'"), false};
  } catch (const toml::parse_error& error) {
    throw UsageError(label + ": not valid TOML: " + first_line(std::string(error.description())));
  }
}

}  // namespace

TomlLayer parse_setting(const std::string& setting) {
  const std::string label = "--set " + first_line(setting);
  const auto equals = setting.find('=');
  const std::string key = setting.substr(0, equals);
  const bool plain = !key.empty() && key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_.") == std::string::npos &&
                     key.front() != '.' && key.back() != '.' && std::count(key.begin(), key.end(), '.') <= 1;
  if (equals == std::string::npos || !plain) {
    throw UsageError(label + ": write section.key=value, such as --set train.iterations=1000");
  }
  const std::string value = setting.substr(equals + 1);
  if (value.empty() || value.find('\n') != std::string::npos)
    throw UsageError(label + ": the value must be one line of text");
  const std::string key_and_equals = key + " = ";
  try {
    return {label, toml::parse(key_and_equals + value), false};
  } catch (const toml::parse_error& error) {
    const bool quoted_or_bracketed = std::string_view("[{\"'").find(value.front()) != std::string_view::npos;
    if (quoted_or_bracketed || value.find('\'') != std::string::npos) {
      throw UsageError(label + ": not valid TOML: " + first_line(std::string(error.description())));
    }
    return parse_bare_word(label, key_and_equals, value);
  }
}

TomlReader::Found TomlReader::find(const std::string& full_key) const {
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
    const std::string_view section = section_of(full_key);
    if (section.empty()) {
      if (const toml::node* node = layer->table.get(full_key)) return {node, &*layer};
    } else if (const toml::node* table = layer->table.get(section); table && table->is_table()) {
      if (const toml::node* node = table->as_table()->get(full_key.substr(section.size() + 1)))
        return {node, &*layer};
    }
  }
  return {};
}

std::string TomlReader::where(const std::string& full_key) const {
  const Found found = find(full_key);
  if (found.node) return found.layer->where(*found.node) + ": ";
  const auto file =
      std::find_if(layers_.rbegin(), layers_.rend(), [](const TomlLayer& layer) { return layer.has_lines; });
  return (file == layers_.rend() ? layers_.front() : *file).label + ": ";
}

std::string TomlReader::first_missing_key() const {
  const auto missing =
      std::find_if(required_.begin(), required_.end(), [&](const auto& key) { return !find(key).node; });
  return missing == required_.end() ? "" : *missing;
}

void TomlReader::reject_unknown_key(const TomlLayer& layer, const std::string& full_key,
                                    const toml::node& node) const {
  if (std::find(known_.begin(), known_.end(), full_key) != known_.end()) return;
  std::vector<std::string> same_section;
  for (const auto& key : known_) {
    if (section_of(key) == section_of(full_key)) same_section.push_back(key);
  }
  const std::string among_all = suggestion(full_key, known_);
  const bool near = among_all.find("did you mean") != std::string::npos;
  throw UsageError(layer.where(node) + ": key '" + full_key + "' is unknown" +
                   (near || same_section.empty() ? among_all : suggestion(full_key, same_section)));
}

void TomlReader::reject_unknown_keys(std::string_view ignored) const {
  const auto is_section = [&](std::string_view name) {
    return std::any_of(known_.begin(), known_.end(), [&](const auto& key) { return section_of(key) == name; });
  };
  for (const auto& layer : layers_) {
    for (const auto& [name, node] : layer.table) {
      const std::string key(name.str());
      if (!ignored.empty() && key == ignored) continue;
      if (is_section(key) && !node.is_table()) {
        throw UsageError(layer.where(node) + ": '" + key + "' is a section; write [" + key + "], then its keys");
      }
      if (const toml::table* table = node.as_table()) {
        for (const auto& [inner, value] : *table)
          reject_unknown_key(layer, key + "." + std::string(inner.str()), value);
        if (!is_section(key)) reject_unknown_key(layer, key, node);  // an empty one
      } else {
        reject_unknown_key(layer, key, node);
      }
    }
  }
}

void TomlReader::fail(const toml::node& node, const std::string& what) const {
  throw UsageError(current_.layer->where(node) + ": key '" + current_key_ + "' " + what);
}

void TomlReader::fail_type(const toml::node& node, std::string_view expected) const {
  fail(node, "must be " + std::string(expected) + ", not " + type_name(node));
}

std::int64_t TomlReader::integer_in(const toml::node& node, const Interval& rule) const {
  const auto value = node.value_exact<std::int64_t>();
  if (!value) fail_type(node, "an integer");
  if (!rule.contains(static_cast<double>(*value))) {
    fail(node, "is " + std::to_string(*value) + "; it must be " + rule.text());
  }
  return *value;
}

double TomlReader::number_in(const toml::node& node, const Interval& rule) const {
  if (!node.is_number()) fail_type(node, "a number");
  const double value = *node.value<double>();
  if (!rule.contains(value)) fail(node, "is " + number_text(value) + "; it must be " + rule.text());
  return value;
}

std::string TomlReader::text_in(const toml::node& node) const {
  const auto value = node.value_exact<std::string>();
  if (!value) fail_type(node, "text in quotes");
  return *value;
}

std::string TomlReader::named_in(const toml::node& node, const Named& rule) const {
  const std::string text = text_in(node);
  try {
    return rule.canonical(text);
  } catch (const UsageError& error) {
    fail(node, std::string("is wrong: ") + error.what());
  }
}

const toml::array& TomlReader::list_in(const toml::node& node, std::string_view example) const {
  if (!node.is_array()) fail_type(node, "a list such as " + std::string(example));
  if (node.as_array()->empty()) fail(node, "is empty; give at least one value, such as " + std::string(example));
  return *node.as_array();
}

const toml::array& TomlReader::pair_in(const toml::node& node, std::string_view example) const {
  const toml::array* pair = node.as_array();
  if (!pair || pair->size() != 2) fail(node, "must be a list of pairs, such as " + std::string(example));
  return *pair;
}

std::int64_t TomlReader::breakpoint_in(const toml::node& node, std::size_t index, std::int64_t previous) const {
  const std::int64_t from = integer_in(node, at_least(0));
  if (index == 0 && from != 0) fail(node, "begins at iteration " + std::to_string(from) + "; it must begin at 0");
  if (index > 0 && from <= previous) {
    fail(node, "is not ascending: iteration " + std::to_string(from) + " comes after " + std::to_string(previous));
  }
  return from;
}

void TomlReader::read(const toml::node& node, bool& member, Any) const {
  const auto value = node.value_exact<bool>();
  if (!value) fail_type(node, "true or false");
  member = *value;
}

void TomlReader::read(const toml::node& node, std::string& member, Any) const { member = text_in(node); }

void TomlReader::read(const toml::node& node, std::string& member, const Named& rule) const {
  member = named_in(node, rule);
}

void TomlReader::read(const toml::node& node, std::int64_t& member, const Interval& rule) const {
  member = integer_in(node, rule);
}

void TomlReader::read(const toml::node& node, std::uint64_t& member, const Interval& rule) const {
  member = static_cast<std::uint64_t>(integer_in(node, rule));
}

void TomlReader::read(const toml::node& node, double& member, const Interval& rule) const {
  member = number_in(node, rule);
}

void TomlReader::read(const toml::node& node, std::vector<std::string>& member, const Named& rule) const {
  const toml::array& list = list_in(node, "[\"relu\", \"elu\"]");
  member.clear();
  for (std::size_t i = 0; i < list.size(); ++i) {
    member.push_back(named_in(list[i], rule));
    if (const std::size_t same = first_same(member, i); same != i) {
      fail(list[i],
           "has one entry twice: '" + text_in(list[same]) + "' and '" + text_in(list[i]) + "' are the same");
    }
  }
}

void TomlReader::read(const toml::node& node, std::vector<bool>& member, Any) const {
  const toml::array& list = list_in(node, "[false, true]");
  member.clear();
  for (const toml::node& item : list) {
    bool value = false;
    read(item, value, Any{});
    if (std::find(member.begin(), member.end(), value) != member.end()) fail(item, "has one entry twice");
    member.push_back(value);
  }
}

void TomlReader::read(const toml::node& node, std::vector<std::uint64_t>& member, const Interval& rule) const {
  const toml::array& list = list_in(node, "[1, 2, 3]");
  member.clear();
  for (std::size_t i = 0; i < list.size(); ++i) {
    member.push_back(static_cast<std::uint64_t>(integer_in(list[i], rule)));
    if (first_same(member, i) != i) fail(list[i], "has " + std::to_string(member[i]) + " twice");
  }
}

void TomlReader::read(const toml::node& node, train::Schedule& member, const Interval& rule) const {
  constexpr std::string_view example = "[[0, 0.01], [35000, 0.005]]";
  const toml::array& list = list_in(node, example);
  member.clear();
  for (std::size_t i = 0; i < list.size(); ++i) {
    const toml::array& pair = pair_in(list[i], example);
    const std::int64_t from = breakpoint_in(pair[0], i, i == 0 ? 0 : member.back().from);
    member.push_back({from, number_in(pair[1], rule)});
  }
}

void TomlReader::read(const toml::node& node, network::Dropout& member, const Interval& rule) const {
  constexpr std::string_view example = "[[0, [0, 0.1, 0.2]], [35000, [0, 0.2, 0.4]]]";
  if (const auto enabled = node.value_exact<bool>()) {
    member = {*enabled, {}};
    return;
  }
  if (!node.is_array()) fail_type(node, "true, false or a list such as " + std::string(example));
  const toml::array& list = list_in(node, example);
  member = {true, {}};
  for (std::size_t i = 0; i < list.size(); ++i) {
    const toml::array& pair = pair_in(list[i], example);
    network::DropoutPhase phase{breakpoint_in(pair[0], i, i == 0 ? 0 : member.phases.back().from), {}};
    for (const toml::node& rate : list_in(pair[1], "[0, 0.1, 0.2]")) phase.rates.push_back(number_in(rate, rule));
    member.phases.push_back(std::move(phase));
  }
}

}  // namespace elubench::experiment
