#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "activation/table.h"
#include "base/call_text.h"
#include "base/error.h"
#include "command.h"
#include "data/table.h"
#include "experiment/device.h"
#include "experiment/recipe.h"
#include "network/table.h"

namespace elubench {
namespace {

using Json = nlohmann::ordered_json;

// JSON has no infinity.
Json json_number(double value) { return std::isfinite(value) ? Json(value) : Json(number_text(value)); }

Json activations_json() {
  Json rows = Json::array();
  for (const auto& row : activation::table()) {
    Json parameters = Json::array();
    for (const auto& parameter : row.parameters) {
      parameters.push_back({{"name", parameter.name},
                            {"default", json_number(parameter.default_value)},
                            {"lowest", json_number(parameter.lowest)},
                            {"highest", json_number(parameter.highest)}});
    }
    rows.push_back({{"name", row.name},
                    {"formula", row.formula},
                    {"source", row.source},
                    {"parameters", parameters},
                    {"monotone", row.monotone},
                    {"limit_below", json_number(row.limit_below)},
                    {"limit_above", json_number(row.limit_above)},
                    {"lipschitz", json_number(row.lipschitz)}});
  }
  return rows;
}

constexpr std::int64_t classes_listed = 100;  // CIFAR-100's

std::string_view name_of(network::DropoutAfter after) {
  return after == network::DropoutAfter::every_layer ? "every layer" : "the last layer of a stack";
}

Json networks_json() {
  Json rows = Json::array();
  for (const auto& description : network::networks()) {
    network::Options options;
    options.name = description.name;
    const auto cost = network::cost_of(options, classes_listed, false);
    Json stacks = Json::array();
    for (const auto& stack : description.stacks) {
      Json layers = Json::array();
      for (const auto& layer : stack)
        layers.push_back({{"units", layer.units}, {"receptive_field", layer.receptive_field}});
      stacks.push_back(layers);
    }
    rows.push_back({{"name", description.name},
                    {"source", description.source},
                    {"classes", classes_listed},
                    {"parameters", cost.parameters},
                    {"multiply_adds_an_image", cost.multiply_adds_an_image},
                    {"even_padding", to_name(description.even_padding)},
                    {"dropout", description.dropout_rates},
                    {"dropout_after", name_of(description.dropout_after)},
                    {"stacks", stacks}});
  }
  return rows;
}

Json datasets_json() {
  Json rows = Json::array();
  for (const auto& row : data::table()) {
    rows.push_back({{"name", row.name},
                    {"classes", row.classes},
                    {"train_images", row.train_images},
                    {"test_images", row.test_images},
                    {"synthetic", row.synthetic},
                    {"source", row.source},
                    {"note", row.note}});
  }
  return rows;
}

Json devices_json() {
  Json rows = Json::array();
  for (const auto& device : experiment::devices()) {
    rows.push_back({{"name", device.name},
                    {"description", device.description},
                    {"driver", device.driver},
                    {"bf16_is_faster", device.bf16_is_faster}});
  }
  return rows;
}

void print_activations() {
  for (const auto& row : activation::table()) {
    std::vector<std::pair<std::string, double>> defaults;
    for (const auto& parameter : row.parameters) defaults.emplace_back(parameter.name, parameter.default_value);
    std::cout << std::left << std::setw(24) << call_text(row.name, defaults) << row.formula;
    if (!row.source.empty()) std::cout << "  [" << row.source << "]";
    std::cout << "\n";
    for (const auto& parameter : row.parameters) {
      std::cout << "    " << parameter.name << ": " << number_text(parameter.lowest)
                << (std::isfinite(parameter.highest) ? " to " + number_text(parameter.highest) : " or more")
                << "\n";
    }
  }
}

void print_networks() {
  for (const auto& row : networks_json()) {
    std::cout << row["name"].get<std::string>() << ": " << row["parameters"] << " parameters, "
              << row["multiply_adds_an_image"] << " multiply-adds an image forward (" << classes_listed
              << " classes)  [" << row["source"].get<std::string>()
              << "]\n    layers of (units x receptive field), a stack in brackets:";
    for (const auto& stack : row["stacks"]) {
      std::cout << " [";
      for (std::size_t i = 0; i < stack.size(); ++i) {
        std::cout << (i == 0 ? "" : ", ") << stack[i]["units"] << "x" << stack[i]["receptive_field"];
      }
      std::cout << "]";
    }
    std::cout << "\n    even_padding " << row["even_padding"].get<std::string>() << ", dropout "
              << row["dropout"].dump() << " after " << row["dropout_after"].get<std::string>() << "\n";
  }
}

void print_datasets() {
  for (const auto& row : data::table()) {
    std::cout << std::left << std::setw(12) << row.name << row.classes << " classes, " << row.train_images
              << " training and " << row.test_images << " test images  [" << row.source << "]"
              << (row.note.empty() ? "" : "  ") << row.note << "\n";
  }
}

void print_devices() {
  for (const auto& device : experiment::devices()) {
    std::cout << std::left << std::setw(8) << device.name << device.description
              << (device.driver.empty() ? "" : ", driver " + device.driver)
              << (device.bf16_is_faster ? ", faster in bfloat16" : "") << "\n";
  }
}

// With the padding that its network takes by default, which a recipe may leave out.
void print_recipe() {
  experiment::Recipe recipe;
  auto& options = recipe.common.network;
  options.even_padding = network::resolved(options).even_padding;
  std::cout << experiment::recipe_text(recipe);
}

struct Table {
  std::string name;
  std::string help;
  void (*print)();
  Json (*json)();
};

const std::vector<Table>& tables() {
  static const std::vector<Table> all{
      {"activations", "the activation functions, their parameters and ranges", print_activations,
       activations_json},
      {"networks", "the networks, their layers and cost", print_networks, networks_json},
      {"datasets", "the data sets", print_datasets, datasets_json},
      {"devices", "what this build can train on here; --device auto takes the first", print_devices,
       devices_json}};
  return all;
}

}  // namespace

void add_list_command(CLI::App& app, Action& action) {
  CLI::App& command = *app.add_subcommand("list", "What can be written in a recipe, and the devices");
  command.require_subcommand(1);
  command.footer(
      "Examples:\n  elubench list recipe\n  elubench list activations\n  elubench list networks --json");
  CLI::App& recipe =
      *command.add_subcommand("recipe", "Print a recipe with every key, its default and its meaning");
  recipe.footer("");
  recipe.callback([&action] {
    action = [] {
      print_recipe();
      return 0;
    };
  });
  auto json = std::make_shared<bool>(false);
  for (const Table& table : tables()) {
    CLI::App& listing = *command.add_subcommand(table.name, "List " + table.help);
    listing.footer("");  // not the parent's
    listing.add_flag("--json", *json, "as JSON; infinite numbers are the texts \"inf\" and \"-inf\"");
    listing.callback([json, &table, &action] {
      action = [json, &table] {
        if (*json) {
          std::cout << table.json().dump(2) << "\n";
        } else {
          table.print();
        }
        return 0;
      };
    });
  }
}

}  // namespace elubench
