#include "experiment/environment.h"

#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <fstream>

#include "base/named_enum.h"
#include "device/gpus.h"
#include "experiment/build_info.h"
#include "experiment/toml_writer.h"

namespace elubench::experiment {
namespace {

// PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
std::string distribution() {
  constexpr std::string_view key = "PRETTY_NAME=\"";
  std::ifstream file("/etc/os-release");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key)) return line.substr(key.size(), line.rfind('"') - key.size()) + ", ";
  }
  return {};
}

std::string operating_system() {
  utsname system{};
  uname(&system);
  return distribution() + system.sysname + " " + system.release + " " + system.machine;
}

std::string checksums_text(const FileChecksums& checksums) {
  std::string text;
  for (const auto& [file, checksum] : checksums) {
    text += (text.empty() ? " " : ", ") + toml_text(std::string_view(file)) + " = " +
            toml_text(std::string_view(checksum));
  }
  return "{" + text + " }";
}

// What libraries take from the environment and choose their instructions by, or the precision of their products.
std::string library_settings() {
  std::string text;
  for (const char* name :
       {"ATEN_CPU_CAPABILITY", "DNNL_DEFAULT_FPMATH_MODE", "DNNL_MAX_CPU_ISA", "MKL_CBWR",
        "MKL_ENABLE_INSTRUCTIONS", "NVIDIA_TF32_OVERRIDE", "ONEDNN_DEFAULT_FPMATH_MODE", "ONEDNN_MAX_CPU_ISA"}) {
    if (const char* value = std::getenv(name))
      text += (text.empty() ? "" : ", ") + std::string(name) + "=" + value;
  }
  return text;
}

}  // namespace

bool Environment::decides_bits(std::string_view key) const {
  if (key == "threads") return !on_gpu;
  if (key == "cuda" || key == "cudnn") return on_gpu;
  constexpr std::array<std::string_view, 8> keys{"source_checksum", "compiler",         "flags",
                                                 "libtorch",        "library_settings", "device_name",
                                                 "convolutions",    "data_checksums"};
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

Environment environment_of(const Device& device, int threads, const train::Specification& specification,
                           const std::string& convolutions, const FileChecksums& data) {
  const BuildInfo& build = build_info();
  Environment environment;
  environment.on_gpu = device.name != "cpu";
  const auto add = [&](std::string key, std::string value) {
    environment.entries.emplace_back(std::move(key), std::move(value));
  };
  add("version", toml_text(build.version));
  add("git_commit", toml_text(build.git_commit));
  add("git_dirty", toml_text(build.git_dirty));
  add("source_checksum", toml_text(build.source_checksum));
  add("compiler", toml_text(build.compiler));
  add("flags", toml_text(build.flags));
  add("libtorch", toml_text(build.libtorch));
  add("library_settings", toml_text(std::string_view(library_settings())));
  add("convolutions", toml_text(std::string_view(convolutions)));
  add("cuda", toml_text(std::string_view(device::cuda_version())));
  add("cudnn", toml_text(std::string_view(device::cudnn_version())));
  add("device", toml_text(std::string_view(device.name)));
  add("device_name", toml_text(std::string_view(device.description)));
  if (!device.driver.empty()) add("driver", toml_text(std::string_view(device.driver)));
  add("threads", toml_text(std::int64_t{threads}));
  add("precision", toml_text(to_name(specification.precision)));
  add("checkpoint_every", toml_text(specification.checkpoint_every));  // may change from session to session
  add("operating_system", toml_text(std::string_view(operating_system())));
  add("data_checksums", checksums_text(data));
  return environment;
}

std::string worker_text(std::string_view device, const std::string& description, std::int64_t threads) {
  if (device != "cpu") return description;
  return description + " with " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text.data();
}

std::optional<std::int64_t> utc_seconds(const std::string& text) {
  std::tm utc{};
  const char* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return ::timegm(&utc);
}

}  // namespace elubench::experiment
