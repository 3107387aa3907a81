// LibTorch's settings that a Scope makes. The first two stay; the choice of algorithms is taken back.
#pragma once

namespace elubench::device {

enum class Algorithms {
  repeatable,  // deterministic
  fastest,     // found by trying; they may round differently from run to run: for comparison only
};

// TF32 off, products of bfloat16 summed in float32.
class ArithmeticSettings {
 public:
  explicit ArithmeticSettings(Algorithms algorithms);
  ArithmeticSettings(const ArithmeticSettings&) = delete;
  ArithmeticSettings& operator=(const ArithmeticSettings&) = delete;
  ~ArithmeticSettings();

 private:
  bool benchmark_, deterministic_;
};

}  // namespace elubench::device
