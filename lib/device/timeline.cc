#include "device/timeline.h"

#include <chrono>

namespace elubench::device {
namespace {

class HostTimeline : public Timeline {
 public:
  void mark() override { marks_.push_back(Clock::now()); }

  std::vector<double> seconds() override {
    std::vector<double> between;
    for (std::size_t i = 1; i < marks_.size(); ++i) {
      between.push_back(std::chrono::duration<double>(marks_[i] - marks_[i - 1]).count());
    }
    marks_.clear();
    return between;
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::vector<Clock::time_point> marks_;
};

}  // namespace

std::unique_ptr<Timeline> make_timeline(const std::string& device) {
  if (device == "cpu") return std::make_unique<HostTimeline>();
  return make_gpu_timeline();
}

}  // namespace elubench::device
