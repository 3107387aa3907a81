// When a device reached certain points of its work. Free of LibTorch.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace elubench::device {

class Timeline {
 public:
  virtual ~Timeline() = default;
  // The point where all is done that was queued so far. On a GPU nobody waits for it.
  virtual void mark() = 0;
  // Waits for the last mark. From each mark to the next, in seconds; then all marks are forgotten.
  virtual std::vector<double> seconds() = 0;
};

// `device`: "cpu", or "cuda:0", whose Scope must be there.
std::unique_ptr<Timeline> make_timeline(const std::string& device);

// The GPU's; throws UsageError in a build without CUDA.
std::unique_ptr<Timeline> make_gpu_timeline();

}  // namespace elubench::device
