#include "activation/table.h"

#include <type_traits>
#include <utility>

#include "base/call_text.h"
#include "base/error.h"

namespace elubench::activation {
namespace {

// Calls visit(F{}) for each function F of the type list.
template <class Visit, std::size_t... index>
void for_each_function(Visit&& visit, std::index_sequence<index...>) {
  (visit(std::variant_alternative_t<index, Activation>{}), ...);
}
template <class Visit>
void for_each_function(Visit&& visit) {
  for_each_function(visit, std::make_index_sequence<std::variant_size_v<Activation>>{});
}

template <class F>
Row row_of(const F& function) {
  Row row{F::name,
          F::formula,
          F::source,
          {},
          F::monotone,
          function.limit_below(),
          function.limit_above(),
          function.lipschitz()};
  for (const auto& field : F::fields) {
    row.parameters.push_back({field.name, function.*field.member, field.lowest, field.highest});
  }
  return row;
}

std::string quoted(std::string_view text) { return "activation '" + std::string(text) + "': "; }

template <class F>
void set_parameter(F& function, std::string_view text, const std::string& name, double value) {
  std::vector<std::string> names;
  for (const auto& field : F::fields) {
    if (field.name == name) {
      if (!(value >= field.lowest && value <= field.highest)) {
        throw UsageError(quoted(text) + name + " = " + number_text(value) + " is out of range; give " +
                         number_text(field.lowest) + " to " + number_text(field.highest));
      }
      function.*field.member = value;
      return;
    }
    names.emplace_back(field.name);
  }
  if (names.empty())
    throw UsageError(quoted(text) + std::string(F::name) + " has no parameters; write just " +
                     std::string(F::name));
  throw UsageError(quoted(text) + "unknown parameter '" + name + "'" + suggestion(name, names));
}

}  // namespace

std::vector<Row> table() {
  std::vector<Row> rows;
  for_each_function([&](const auto& function) { rows.push_back(row_of(function)); });
  return rows;
}

Activation parse(std::string_view text) {
  const CallText call = parse_call(text);
  Activation parsed;
  bool found = false;
  std::vector<std::string> names;
  for_each_function([&](auto function) {
    using F = decltype(function);
    names.emplace_back(F::name);
    if (call.name != F::name) return;
    for (const auto& [name, value] : call.arguments) set_parameter(function, text, name, value);
    parsed = function;
    found = true;
  });
  if (!found) throw UsageError("unknown activation '" + call.name + "'" + suggestion(call.name, names));
  return parsed;
}

std::string to_text(const Activation& activation) {
  return std::visit(
      [](const auto& function) {
        std::vector<std::pair<std::string, double>> arguments;
        for (const auto& field : function.fields) arguments.emplace_back(field.name, function.*field.member);
        return call_text(function.name, arguments);
      },
      activation);
}

}  // namespace elubench::activation
