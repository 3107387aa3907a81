#include "doctor/doctor.h"

#include <cstdio>

#include "base/error.h"
#include "device/scope.h"
#include "doctor/check.h"

namespace elubench::doctor {
namespace {

std::string short_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", value);
  return text;
}

Finding finding_of(const Check& check, at::Device device) {
  try {
    const device::Scope scope(device);
    Finding finding{check.name, true, check.run(device)};
    device::synchronize(device);  // an error of this check's, not of the next one's
    return finding;
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    return {check.name, false, message_of(error)};
  }
}

}  // namespace

double relative_error(const at::Tensor& value, const at::Tensor& expected) {
  const at::Tensor exact = expected.to(at::kCPU, at::kDouble);
  return ((value.to(at::kCPU, at::kDouble) - exact).norm() / (exact.norm() + 1e-12)).item<double>();
}

double require_small(double largest, double error, double tolerance, const std::string& what) {
  if (!(error <= tolerance)) {
    throw Error(what + ": " + error_text(error) + ", more than " + short_text(tolerance));
  }
  return error > largest ? error : largest;
}

std::string error_text(double error) { return "largest relative error " + short_text(error); }

bool examine(const std::string& device_name, const std::function<void(const Finding&)>& tell) {
  const at::Device device(device_name);
  bool all_passed = true;
  for (const auto& checks : {kernel_checks(), convolution_checks(), training_checks(device)}) {
    for (const Check& check : checks) {
      const Finding finding = finding_of(check, device);
      all_passed = all_passed && finding.passed;
      tell(finding);
      if (const std::string why = device::why_unusable(device); !why.empty()) {
        tell({"everything else", false, "not examined, for the device cannot be used any more: " + why});
        return false;
      }
    }
  }
  return all_passed;
}

}  // namespace elubench::doctor
