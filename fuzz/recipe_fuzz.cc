// A recipe is refused in one line, or read; what is written of it reads back as the same.
#include <string>

#include "base/error.h"
#include "experiment/recipe.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace elubench;
  using namespace elubench::experiment;
  const std::string text(reinterpret_cast<const char*>(data), size);
  Recipe recipe;
  try {
    recipe = parse_recipe(text, "experiment.toml");
  } catch (const UsageError& error) {
    fuzz::require(std::string(error.what()).find('\n') == std::string::npos, "an error is one line");
    return 0;
  }
  const std::string written = recipe_text(recipe);
  fuzz::require(recipe_text(parse_recipe(written, "written")) == written, "a recipe reads back as the same");
  return 0;
}
