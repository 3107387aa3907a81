#include "data/whitening_cache.h"

#include <torch/version.h>

#include <optional>
#include <span>

#include "base/atomic_file.h"
#include "base/call_text.h"
#include "base/checksum.h"
#include "base/error.h"
#include "base/file_lock.h"
#include "base/log.h"
#include "data/raw_dataset.h"
#include "data/stored_tensor.h"

namespace elubench::data {
namespace {

using Metadata = std::map<std::string, std::string>;

// Counts up with every change of the fit that changes a bit of it, so that older files are not used.
constexpr const char* method = "2";

// What a fit depends on; its file says the same.
Metadata identity(const at::Tensor& rows, const WhiteningParameters& parameters) {
  return {{"content", "GCN and ZCA whitening"},
          {"dimension", std::to_string(rows.size(1))},
          {"images", std::to_string(rows.size(0))},
          {"images_sha256", sha256_of(rows)},
          {"libtorch", TORCH_VERSION},
          {"method", method},
          {"regularization", number_text(parameters.regularization)},
          {"scale", number_text(parameters.scale)},
          {"smallest_norm", number_text(parameters.smallest_norm)}};
}

std::string file_name(const Metadata& metadata) {
  std::string text;
  for (const auto& [key, value] : metadata) text += key + "=" + value + "\n";
  return "whitening-" + checksum_of(ChecksumKind::sha256, std::as_bytes(std::span(text))).substr(0, 16) +
         ".safetensors";
}

std::optional<Whitening> read(const std::filesystem::path& path, const Metadata& metadata, std::int64_t dimension,
                              const WhiteningParameters& parameters) {
  std::error_code unreadable;
  if (!std::filesystem::exists(path, unreadable)) return std::nullopt;
  try {
    const SafetensorsFile file(path);
    if (file.metadata() != metadata) throw Error("it belongs to other images or parameters");
    return Whitening{parameters, loaded(file.at("mean"), at::kDouble, {dimension}),
                     loaded(file.at("projection"), at::kFloat, {dimension, dimension})};
  } catch (const Error& error) {
    log_warning("the kept whitening " + path.string() + " cannot be used: " + error.what());
    return std::nullopt;
  }
}

// Other computers may write the same. Where locks are not to be had, the file is written all the same, and whoever
// finds it damaged fits again.
std::optional<FileLock> turn_in(const std::filesystem::path& folder) {
  try {
    return FileLock::when_free(folder / "whitening.lock");
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    log_debug(error.what());
    return std::nullopt;
  }
}

void write(const std::filesystem::path& path, const Metadata& metadata, const Whitening& whitening) {
  make_writable_folder(path.parent_path());
  const auto turn = turn_in(path.parent_path());
  const StoredTensor tensors[] = {stored("mean", whitening.mean), stored("projection", whitening.projection)};
  write_safetensors(path, tensors, metadata, true);
}

void write_to_first(const std::vector<std::filesystem::path>& folders, const Metadata& metadata,
                    const Whitening& whitening) {
  std::string causes;
  for (const std::filesystem::path& folder : folders) {
    try {
      return write(folder / file_name(metadata), metadata, whitening);
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& error) {
      causes += (causes.empty() ? "" : "; ") + std::string(error.what());
    }
  }
  log_warning("the whitening is not kept for next time: " + causes);
}

}  // namespace

std::filesystem::path write_whitening(const Whitening& whitening, const at::Tensor& rows,
                                      const std::filesystem::path& folder) {
  const Metadata metadata = identity(rows, whitening.parameters);
  write(folder / file_name(metadata), metadata, whitening);
  return folder / file_name(metadata);
}

Whitening cached_whitening(const at::Tensor& rows, const WhiteningParameters& parameters,
                           const std::vector<std::filesystem::path>& folders) {
  const Metadata metadata = identity(rows, parameters);
  for (const std::filesystem::path& folder : folders) {
    auto kept = read(folder / file_name(metadata), metadata, rows.size(1), parameters);
    if (kept) return *kept;
  }
  log_info("fitting the whitening to " + std::to_string(rows.size(0)) + " images");
  const Whitening whitening = fit_whitening(rows, parameters);
  write_to_first(folders, metadata, whitening);
  return whitening;
}

}  // namespace elubench::data
