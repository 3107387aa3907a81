// LibTorch's settings that a Scope makes. The first two stay; the choice of algorithms is taken back.
#pragma once

namespace elubench::device {

// TF32 off, products of bfloat16 summed in float32, deterministic algorithms unless `fastest`.
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
