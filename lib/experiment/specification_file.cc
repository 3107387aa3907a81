#include "experiment/specification_file.h"

#include "base/error.h"
#include "experiment/fields.h"
#include "experiment/toml_reader.h"
#include "experiment/toml_writer.h"

namespace elubench::experiment {
namespace {

std::vector<Entry> entries_of(const train::Specification& specification) {
  EntryLister lister;
  visit_specification(lister, specification);
  return lister.entries();
}

const std::string* value_of(const std::vector<Entry>& entries, const std::string& full_key) {
  for (const auto& entry : entries) {
    if (entry.full_key() == full_key) return &entry.value;
  }
  return nullptr;
}

}  // namespace

std::string specification_text(const train::Specification& specification) {
  return document_text(entries_of(specification));
}

std::string network_text(const train::Specification& specification) {
  std::string text;
  for (const auto& entry : entries_of(specification)) {
    if (entry.section == "network") text += (text.empty() ? "" : ", ") + entry.key + " = " + entry.value;
  }
  return "{ " + text + " }";
}

train::Specification parse_specification(std::string_view text, const std::string& label) {
  const std::string remedy = "; restore it, or remove the folder to train the run again";
  std::vector<TomlLayer> layers;
  try {
    layers.push_back(parse_toml(text, label));
  } catch (const UsageError& error) {
    throw UsageError(error.what() + remedy);
  }
  TomlReader reader(std::move(layers));
  train::Specification specification;
  visit_specification(reader, specification);
  reader.reject_unknown_keys("session");
  if (const std::string key = reader.first_missing_key(); !key.empty()) {
    throw UsageError(label + " is damaged: key '" + key + "' is missing" + remedy);
  }
  specification.network = network::resolved(specification.network);
  return specification;
}

std::vector<std::string> differences(const train::Specification& there, const train::Specification& here) {
  const auto theirs = entries_of(there);
  std::vector<std::string> found;
  for (const auto& entry : entries_of(here)) {
    const std::string* other = value_of(theirs, entry.full_key());
    if (entry.full_key() == "train.checkpoint_every" || (other && *other == entry.value)) continue;
    found.push_back(entry.full_key() + ": " + (other ? *other : "network's default") + " there, " + entry.value +
                    " here");
  }
  return found;
}

}  // namespace elubench::experiment
