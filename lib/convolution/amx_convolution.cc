#include <asm/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <utility>

#include "base/cpu.h"
#include "convolution/amx_weight_gradient.h"
#include "convolution/convolution.h"

namespace elubench::convolution {
namespace {

// Linux gives a process the registers' state only when asked (its Documentation/arch/x86/xstate.rst).
bool system_permits_tiles() {
  constexpr long request_permission = 0x1023, tile_data = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

bool has_amx() {
  static const bool has = [] {
    const Cpu cpu = this_cpu();
    return cpu.has("avx512f") && cpu.has("avx512bw") && cpu.has("avx512vl") && cpu.has("amx_tile") &&
           cpu.has("amx_bf16") && system_permits_tiles();
  }();
  return has;
}

class AmxConvolution : public Convolution {
 public:
  AmxConvolution(const Geometry& geometry, std::unique_ptr<Convolution> rest)
      : rest_(std::move(rest)), weight_gradient_(geometry) {}

  std::string name() const override { return rest_->name() + " with AMX weight gradients"; }
  Rounding rounding() const override { return rest_->rounding(); }

  void forward(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
               at::Tensor& output) override {
    rest_->forward(input, weight, bias, output);
  }

  void parameter_gradient(const at::Tensor& input, const at::Tensor&, const at::Tensor& output_gradient,
                          ParameterGradient& gradient) override {
    weight_gradient_.run(static_cast<const std::uint16_t*>(input.const_data_ptr()),
                         static_cast<const std::uint16_t*>(output_gradient.const_data_ptr()),
                         gradient.weight.mutable_data_ptr<float>(), gradient.bias.mutable_data_ptr<float>());
  }

  void input_gradient(const at::Tensor& output_gradient, const at::Tensor& weight, at::Tensor& input) override {
    rest_->input_gradient(output_gradient, weight, input);
  }

 private:
  std::unique_ptr<Convolution> rest_;
  AmxWeightGradient weight_gradient_;
};

}  // namespace

std::unique_ptr<Convolution> with_amx_weight_gradients(const Geometry& geometry, at::ScalarType element,
                                                       std::unique_ptr<Convolution> rest) {
  if (!rest || element != at::kBFloat16 || !has_amx()) return rest;
  return std::make_unique<AmxConvolution>(geometry, std::move(rest));
}

}  // namespace elubench::convolution
