#include "convolution/convolution.h"
#include "convolution/onednn_primitives.h"
#include "kernel/tensor_buffer.h"

namespace elubench::convolution {
namespace {

// The memory of a tensor whose channels lie last.
void* memory_of(const at::Tensor& tensor) {
  const bool dense =
      tensor.dim() == 4 ? tensor.is_contiguous(at::MemoryFormat::ChannelsLast) : tensor.is_contiguous();
  TORCH_CHECK(dense, "a convolution needs a dense tensor, channels last");
  return tensor.data_ptr();
}

class OneDnnConvolution : public Convolution {
 public:
  explicit OneDnnConvolution(std::unique_ptr<OneDnnPrimitives> primitives) : primitives_(std::move(primitives)) {}

  std::string name() const override { return onednn_version(); }

  void forward(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
               at::Tensor& output) override {
    primitives_->forward(memory_of(input), memory_of(weight), memory_of(bias), memory_of(output));
  }

  void parameter_gradient(const at::Tensor& input, const at::Tensor&, const at::Tensor& output_gradient,
                          ParameterGradient& gradient) override {
    primitives_->parameter_gradient(memory_of(input), memory_of(output_gradient),
                                    static_cast<float*>(memory_of(gradient.weight)),
                                    static_cast<float*>(memory_of(gradient.bias)));
  }

  void input_gradient(const at::Tensor& output_gradient, const at::Tensor& weight, at::Tensor& input) override {
    primitives_->input_gradient(memory_of(output_gradient), memory_of(weight), memory_of(input));
  }

 private:
  std::unique_ptr<OneDnnPrimitives> primitives_;
};

}  // namespace

std::unique_ptr<Convolution> make_onednn_convolution(const Geometry& geometry, at::Device device,
                                                     at::ScalarType element) {
  if (!device.is_cpu() || (element != at::kFloat && element != at::kBFloat16)) return nullptr;
  auto primitives = make_onednn_primitives(geometry, kernel::element_of(element));
  if (!primitives) return nullptr;
  return std::make_unique<OneDnnConvolution>(std::move(primitives));
}

}  // namespace elubench::convolution
