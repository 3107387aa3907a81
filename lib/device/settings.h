// LibTorch's settings that a Scope makes. TF32 stays off; the choice of algorithms is taken back.
#pragma once

namespace elubench::device {

// TF32 off, deterministic algorithms unless `fastest`.
class ArithmeticSettings {
 public:
  explicit ArithmeticSettings(bool fastest);
  ArithmeticSettings(const ArithmeticSettings&) = delete;
  ArithmeticSettings& operator=(const ArithmeticSettings&) = delete;
  ~ArithmeticSettings();

 private:
  bool benchmark_, deterministic_;
};

}  // namespace elubench::device
