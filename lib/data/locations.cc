#include "data/locations.h"

#include <cstdlib>

namespace elubench::data {
namespace {

std::filesystem::path from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::filesystem::path user_cache_folder() {
  if (const auto cache = from_environment("XDG_CACHE_HOME"); !cache.empty()) return cache / "elubench";
  if (const auto home = from_environment("HOME"); !home.empty()) return home / ".cache" / "elubench";
  return std::filesystem::path("/tmp") / "elubench";
}

Locations Locations::standard(const std::filesystem::path& command_line_folder) {
  Locations locations;
  if (!command_line_folder.empty()) locations.folders.push_back(command_line_folder);
  if (const auto folder = from_environment("ELUBENCH_DATA"); !folder.empty()) locations.folders.push_back(folder);
  locations.folders.push_back(user_cache_folder() / "data");
  return locations;
}

}  // namespace elubench::data
