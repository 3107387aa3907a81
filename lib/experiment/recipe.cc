#include "experiment/recipe.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "base/atomic_file.h"
#include "base/error.h"
#include "experiment/fields.h"
#include "experiment/toml_reader.h"
#include "experiment/toml_writer.h"

namespace elubench::experiment {
namespace {

std::filesystem::path recipes_folder() {
  const char* const folder = std::getenv("ELUBENCH_RECIPES");
  return folder ? folder : "";
}

// Calls check(); what it throws gets the place of the key in front.
template <class Check>
void at_key(const TomlReader& reader, const std::string& full_key, Check&& check) {
  try {
    check();
  } catch (const UsageError& error) {
    throw UsageError(reader.where(full_key) + error.what());
  }
}

void check_baseline(const Recipe& recipe) {
  const auto& activations = recipe.compare.activations;
  if (std::find(activations.begin(), activations.end(), recipe.compare.baseline) != activations.end()) return;
  throw UsageError("key 'compare.baseline' is '" + recipe.compare.baseline +
                   "', which is not among compare.activations" + suggestion(recipe.compare.baseline, activations));
}

void check_validation(const data::Specification& data) {
  const std::int64_t images = data::find_set(data.set).train_images;
  if (data.validation < images) return;
  throw UsageError("key 'data.validation' is " + std::to_string(data.validation) + ", which leaves no image of " +
                   data.set + " to train on; it must be less than " + std::to_string(images));
}

void check_limit(const data::Specification& data) {
  const std::int64_t images = data::find_set(data.set).train_images - data.validation;
  if (data.limit <= images) return;
  throw UsageError("key 'data.limit' is " + std::to_string(data.limit) + ", but " + data.set + " has " +
                   std::to_string(images) + " images to train on; 0 takes all");
}

// The deepest layers have one value a channel and image, and a single value has no variance.
void check_batch_norm(const Recipe& recipe) {
  const auto& batch_norm = recipe.compare.batch_norm;
  if (recipe.common.batch_size > 1 || std::find(batch_norm.begin(), batch_norm.end(), true) == batch_norm.end())
    return;
  throw UsageError("key 'train.batch_size' is 1, but batch normalisation needs at least 2 images");
}

// Checks of several keys together. Each names the key that most likely is at fault.
void check_together(const Recipe& recipe, const TomlReader& reader) {
  at_key(reader, "compare.baseline", [&] { check_baseline(recipe); });
  at_key(reader, "train.batch_size", [&] { check_batch_norm(recipe); });
  at_key(reader, "data.validation", [&] { check_validation(recipe.common.data); });
  at_key(reader, "data.limit", [&] { check_limit(recipe.common.data); });
  at_key(reader, "network.dropout", [&] { network::dropout_of(recipe.common.network); });
  const std::int64_t classes = data::find_set(recipe.common.data.set).classes;
  at_key(reader, "network.even_padding", [&] { network::layers_of(recipe.common.network, classes); });
}

constexpr const char* extends_key = "extends";

// "a" of "../a", "../a/" and "../a/experiment.toml".
std::filesystem::path name_of(std::filesystem::path recipe) {
  if (recipe.filename() == "experiment.toml" || recipe.filename().empty()) recipe = recipe.parent_path();
  return recipe.filename();
}

// Takes `extends` out of the layer of `file`: the recipe that it names; empty where it extends none.
std::filesystem::path take_extended(TomlLayer& layer, const std::filesystem::path& file,
                                    const std::vector<std::filesystem::path>& seen) {
  const toml::node* const node = layer.table.get(extends_key);
  if (!node) return {};
  const std::string at_fault = layer.where(*node) + ": key 'extends' ";
  const auto name = node->value_exact<std::string>();
  if (!name || name->empty()) {
    throw UsageError(at_fault + "must be the folder of another recipe, such as \"../clevert2015-fig4\"");
  }
  layer.table.erase(extends_key);
  auto extended = recipe_file(file.parent_path() / *name);
  std::error_code ignored;
  const auto shipped = recipes_folder() / name_of(*name) / "experiment.toml";
  if (!std::filesystem::exists(extended, ignored) && !recipes_folder().empty() &&
      std::filesystem::is_regular_file(shipped, ignored)) {
    extended = shipped;
  }
  if (!std::filesystem::is_regular_file(extended, ignored)) {
    throw UsageError(at_fault + "names '" + *name + "', but there is no recipe " +
                     extended.lexically_normal().string());
  }
  const auto canonical = std::filesystem::canonical(extended);
  if (std::find(seen.begin(), seen.end(), canonical) != seen.end()) {
    throw UsageError(at_fault + "names '" + *name + "', which extends this recipe");
  }
  return extended;
}

// A file's layer, after those of the recipes that it extends.
std::vector<TomlLayer> layers_of(std::filesystem::path file) {
  std::vector<TomlLayer> layers;
  std::vector<std::filesystem::path> seen;
  for (; !file.empty(); file = take_extended(layers.front(), file, seen)) {
    seen.push_back(std::filesystem::canonical(file));
    layers.insert(layers.begin(), parse_toml(read_input(file), file.lexically_normal().string()));
  }
  return layers;
}

Recipe read_layers(std::vector<TomlLayer> layers, const std::vector<std::string>& settings) {
  for (const auto& setting : settings) layers.push_back(parse_setting(setting));
  TomlReader reader(std::move(layers));
  Recipe recipe;
  visit_recipe(reader, recipe);
  std::string extends;
  reader.section("");
  reader(extends_key, extends, Any{}, "");
  if (!extends.empty())
    throw UsageError(reader.where(extends_key) + "key 'extends' is for the file of a recipe only");
  reader.reject_unknown_keys();
  check_together(recipe, reader);
  return recipe;
}

}  // namespace

std::filesystem::path recipe_file(const std::filesystem::path& experiment) {
  std::error_code ignored;
  if (comes_with_program(experiment)) return recipes_folder() / experiment / "experiment.toml";
  if (std::filesystem::is_directory(experiment, ignored)) return experiment / "experiment.toml";
  return experiment;
}

bool comes_with_program(const std::filesystem::path& experiment) {
  const auto folder = recipes_folder();
  std::error_code ignored;
  return !folder.empty() && experiment == experiment.filename() &&
         !std::filesystem::exists(experiment / "experiment.toml", ignored) &&
         !std::filesystem::is_regular_file(experiment, ignored) &&
         std::filesystem::is_regular_file(folder / experiment / "experiment.toml", ignored);
}

Recipe parse_recipe(std::string_view text, const std::string& label, const std::vector<std::string>& settings) {
  std::vector<TomlLayer> layers;
  layers.push_back(parse_toml(text, label));
  return read_layers(std::move(layers), settings);
}

Recipe load_recipe(const std::filesystem::path& file, const std::vector<std::string>& settings) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) {
    const auto meant = "results" / file;
    const bool is_there = std::filesystem::is_regular_file(meant / "experiment.toml", ignored);
    throw UsageError("there is no recipe " + file.string() + "; give a folder that holds experiment.toml" +
                     (is_there ? ", such as " + meant.string() : ""));
  }
  return read_layers(layers_of(file), settings);
}

std::string recipe_text(const Recipe& recipe) {
  EntryLister lister;
  visit_recipe(lister, recipe);
  return document_text(lister.entries());
}

}  // namespace elubench::experiment
