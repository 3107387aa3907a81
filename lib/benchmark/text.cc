#include <array>
#include <cstdio>

#include "base/named_enum.h"
#include "benchmark/benchmark.h"

namespace elubench::benchmark {
namespace {

template <class... Values>
std::string formatted(const char* format, Values... values) {
  std::array<char, 256> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

std::string speed_text(const char* what, const Speed& speed, double peak) {
  const double rate = speed.operations / speed.seconds;
  return formatted(
      "%s: %.1f images/s; a step %.2f ms (median of %lld, %.2f to %.2f), %.2f TFLOP/s, %.0f %% of peak\n", what,
      speed.images_per_second, 1e3 * speed.seconds, static_cast<long long>(speed.steps), 1e3 * speed.fastest,
      1e3 * speed.slowest, rate / 1e12, 100 * rate / peak);
}

std::string phase_text(const Phase& phase, double step, const Result& result) {
  const std::string name = phase.part.empty() ? phase.name : phase.name + " " + phase.part;
  std::string text =
      formatted("  %-18s %9.3f ms %6.1f %%", name.c_str(), 1e3 * phase.seconds, 100 * phase.seconds / step);
  if (phase.operations > 0) {
    const double rate = phase.operations / phase.seconds;
    text += formatted("  %7.3f TFLOP/s, %3.0f %% of peak", rate / 1e12, 100 * rate / result.peak);
  }
  if (phase.bytes > 0) {
    const double rate = phase.bytes / phase.seconds;
    text += formatted("  %7.1f GB/s, %3.0f %% of bandwidth", rate / 1e9, 100 * rate / result.bandwidth);
  }
  return text + "\n";
}

}  // namespace

std::string text_of(const Request& request, const Result& result) {
  const train::Specification& specification = request.specification;
  std::string text =
      specification.network.name + ", " + specification.activation +
      (specification.batch_norm ? " + batch norm" : "") + ", batch " + std::to_string(specification.batch_size) +
      ", " + std::string(to_name(specification.precision)) + ", convolutions of " + result.convolutions + "\n";
  text += formatted(
      "peak: %.2f TFLOP/s of LibTorch's matrix product, %.1f GB/s of a copy beyond the caches; memory: %.2f GB at "
      "most\n",
      result.peak / 1e12, result.bandwidth / 1e9, static_cast<double>(result.memory_bytes) / 1e9);
  if (result.handover) {
    text += formatted(
        "a cache line passes from thread to thread in %.0f ns: several times as many where cores share no cache\n",
        1e9 * *result.handover);
  }
  text +=
      "operations are counted as of direct convolutions: Winograd's makes fewer, and may exceed the peak; "
      "what lies in a cache may exceed the bandwidth\n";
  const auto call_by_call = [&](const Speed& speed) {
    const bool is_slow = request.device != "cpu" && !speed.recorded;
    return is_slow ? "the step could not be recorded: it was run call by call, which takes longer\n" : "";
  };
  text += speed_text("training", result.training, result.peak);
  for (const Phase& phase : result.training.phases) text += phase_text(phase, result.training.seconds, result);
  text += call_by_call(result.training);
  if (result.unrepeatable > 0) {
    text += formatted("training without repeatable results: %.1f images/s, %.2f times as many\n",
                      result.unrepeatable, result.unrepeatable / result.training.images_per_second);
  }
  text += speed_text("inference", result.inference, result.peak);
  for (const Phase& phase : result.inference.phases) text += phase_text(phase, result.inference.seconds, result);
  text += call_by_call(result.inference);
  return text;
}

}  // namespace elubench::benchmark
