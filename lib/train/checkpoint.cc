#include "train/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <functional>

#include "base/atomic_file.h"
#include "base/call_text.h"
#include "base/error.h"
#include "base/log.h"
#include "base/safetensors.h"
#include "data/stored_tensor.h"

namespace elubench::train {
namespace {

constexpr const char* format_name = "elubench checkpoint 2";
constexpr const char* prefix = "checkpoint-";

// A named float32 tensor of the state, by reference.
struct Part {
  std::string name;
  at::Tensor tensor;
};

std::vector<Part> parts_of(network::Parameters& parameters) {
  std::vector<Part> parts{{"values", parameters.values()}, {"velocities", parameters.velocities()}};
  for (const auto& statistic : parameters.statistics()) parts.push_back({statistic.name, statistic.value});
  return parts;
}

template <class Number>
Number number_at(const std::map<std::string, std::string>& metadata, const std::string& key) {
  Number number{};
  const auto found = metadata.find(key);
  if (found != metadata.end()) {
    const std::string& text = found->second;
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc{}) return number;
  }
  throw Error("the checkpoint's header has no number '" + key + "'");
}

TrainingState state_from(const std::map<std::string, std::string>& metadata) {
  const auto format = metadata.find("format");
  if (format == metadata.end() || format->second != format_name) {
    throw Error("it was written by another version of elubench, and this one reads '" + std::string(format_name) +
                "'; use that version, or remove the checkpoint");
  }
  TrainingState state;
  state.iteration = number_at<std::int64_t>(metadata, "iteration");
  state.since_last_row.loss = number_at<double>(metadata, "loss");
  state.since_last_row.wrong = number_at<std::int64_t>(metadata, "wrong");
  state.since_last_row.images = number_at<std::int64_t>(metadata, "images");
  state.seconds = number_at<double>(metadata, "seconds");
  state.rows = number_at<std::int64_t>(metadata, "rows");
  state.test_error = number_at<double>(metadata, "test_error");
  state.test_pending = number_at<int>(metadata, "test_pending") != 0;
  return state;
}

std::map<std::string, std::string> metadata_of(const TrainingState& state) {
  return {{"format", format_name},
          {"iteration", std::to_string(state.iteration)},
          {"loss", number_text(state.since_last_row.loss)},
          {"wrong", std::to_string(state.since_last_row.wrong)},
          {"images", std::to_string(state.since_last_row.images)},
          {"seconds", number_text(state.seconds)},
          {"rows", std::to_string(state.rows)},
          {"test_error", number_text(state.test_error)},
          {"test_pending", std::to_string(int{state.test_pending})}};
}

}  // namespace

CheckpointStore::CheckpointStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

std::filesystem::path CheckpointStore::path_of(std::int64_t iteration) const {
  std::string number = std::to_string(iteration);
  number.insert(0, number.size() < 9 ? 9 - number.size() : 0, '0');
  return folder_ / (prefix + number + ".safetensors");
}

std::vector<std::int64_t> CheckpointStore::iterations() const {
  std::vector<std::int64_t> found;
  if (!std::filesystem::is_directory(folder_)) return found;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    const std::string name = entry.path().filename().string();
    std::int64_t iteration = 0;
    if (!name.starts_with(prefix)) continue;
    std::from_chars(name.data() + std::string_view(prefix).size(), name.data() + name.size(), iteration);
    if (entry.path() == path_of(iteration)) found.push_back(iteration);
  }
  std::sort(found.begin(), found.end(), std::greater<>());
  return found;
}

void CheckpointStore::save(const TrainingState& state, network::Parameters& parameters) {
  std::vector<at::Tensor> hosts;  // keep the bytes alive while they are written
  std::vector<StoredTensor> stored;
  for (const Part& part : parts_of(parameters)) {
    hosts.push_back(part.tensor.to(at::kCPU).contiguous());
    stored.push_back(data::stored(part.name, hosts.back()));
  }
  write_safetensors(path_of(state.iteration), stored, metadata_of(state), true);
  const std::vector<std::int64_t> all = iterations();
  std::error_code stays;  // one too many does no harm
  for (std::size_t i = kept_checkpoints; i < all.size(); ++i) std::filesystem::remove(path_of(all[i]), stays);
}

TrainingState CheckpointStore::load(std::int64_t iteration, network::Parameters& parameters) const {
  const std::filesystem::path path = path_of(iteration);
  try {
    const SafetensorsFile file(path);
    if (!file.has_checksum()) throw DamagedFile("it has no checksum");
    const TrainingState state = state_from(file.metadata());
    for (Part& part : parts_of(parameters)) {
      part.tensor.copy_(data::loaded(file.at(part.name), at::kFloat, part.tensor.sizes()));
    }
    parameters.refresh_copy();
    return state;
  } catch (const DamagedFile& error) {
    throw DamagedFile("checkpoint " + path.string() + " cannot be used: " + error.what());
  } catch (const Error& error) {
    throw Error("checkpoint " + path.string() + " cannot be used: " + error.what());
  }
}

std::optional<TrainingState> CheckpointStore::load_newest(network::Parameters& parameters) const {
  for (std::int64_t iteration : iterations()) {
    try {
      return load(iteration, parameters);
    } catch (const DamagedFile& error) {
      log_warning(std::string(error.what()) + "; looking for the one before");
    }
  }
  return std::nullopt;
}

std::int64_t load_newest(const std::filesystem::path& folder, network::Parameters& parameters) {
  const auto state = CheckpointStore(folder).load_newest(parameters);
  if (!state) throw Error("no usable checkpoint in " + folder.string() + "; train it with elubench run");
  log_info("the checkpoint of iteration " + std::to_string(state->iteration) + " in " + folder.string());
  return state->iteration;
}

void CheckpointStore::remove_after(std::int64_t iteration) {
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    const std::string name = entry.path().filename().string();
    std::error_code stays;  // one too many does no harm
    if (name.starts_with(prefix) && name.ends_with(".part")) std::filesystem::remove(entry.path(), stays);
  }
  for (std::int64_t found : iterations()) {
    std::error_code stays;
    if (found > iteration && !std::filesystem::remove(path_of(found), stays)) {
      throw Error("cannot remove " + path_of(found).string() + ": " + stays.message() + "; remove it yourself");
    }
  }
}

void CheckpointStore::set_aside() {
  for (std::int64_t found : iterations()) {
    std::filesystem::rename(path_of(found), set_aside_name(path_of(found)));
  }
}

std::int64_t CheckpointStore::bytes(std::int64_t parameters) {
  return 2 * parameters * static_cast<std::int64_t>(sizeof(float));
}

}  // namespace elubench::train
