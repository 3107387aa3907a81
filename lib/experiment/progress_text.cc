#include "experiment/progress_text.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace elubench::experiment {
namespace {

std::string fixed(double value, int decimals) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

}  // namespace

std::string percent_text(double value) { return std::isnan(value) ? "-" : fixed(value, 2) + " %"; }

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds)) return "unknown time";
  const auto minutes = static_cast<std::int64_t>(std::llround(seconds / 60));
  if (seconds < 90) return fixed(seconds, 0) + " s";
  if (minutes < 90) return std::to_string(minutes) + " min";
  const std::int64_t hours = minutes / 60;
  if (hours < 48) return std::to_string(hours) + " h " + std::to_string(minutes % 60) + " min";
  return std::to_string(hours / 24) + " d " + std::to_string(hours % 24) + " h";
}

std::string size_text(double bytes) {
  if (bytes < 1e6) return fixed(bytes / 1e3, 1) + " kB";
  return bytes < 1e9 ? fixed(bytes / 1e6, 1) + " MB" : fixed(bytes / 1e9, 1) + " GB";
}

std::string count_text(double count) {
  if (count < 1e5) return fixed(count, 0);
  if (count < 1e10) return fixed(count / 1e6, count < 1e7 ? 2 : 1) + " million";
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.2e", count);
  return text.data();
}

std::string padded(std::string text, std::size_t width) {
  text.append(text.size() < width ? width - text.size() : 0, ' ');
  return text;
}

std::string progress_text(const train::Progress& progress) {
  return std::to_string(progress.iteration) + "/" + std::to_string(progress.iterations) + " | loss " +
         fixed(progress.loss, 2) + " | error " + percent_text(progress.test_error) + " | " +
         fixed(progress.images_per_second, 0) + " im/s | " + duration_text(progress.seconds_left) + " left";
}

}  // namespace elubench::experiment
