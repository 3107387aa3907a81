#include <ATen/Functions.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "convolution/convolution.h"

namespace elubench::convolution {
namespace {

// Images that one thread convolves, and, but for the first share, the gradients that they give.
struct Share {
  std::int64_t first_image, images;
  std::unique_ptr<Convolution> convolution;
  ParameterGradient gradient;

  at::Tensor of(const at::Tensor& tensor) const { return tensor.narrow(0, first_image, images); }
};

class ApartConvolution : public Convolution {
 public:
  explicit ApartConvolution(std::vector<Share> shares) : shares_(std::move(shares)) {}

  std::string name() const override { return shares_.front().convolution->name(); }
  Rounding rounding() const override { return shares_.front().convolution->rounding(); }

  void forward(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
               at::Tensor& output) override {
    for_each_share([&](Share& share) {
      at::Tensor part = share.of(output);
      share.convolution->forward(share.of(input), weight, bias, part);
    });
  }

  void parameter_gradient(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& output_gradient,
                          ParameterGradient& gradient) override {
    for_each_share([&](Share& share) {
      share.convolution->parameter_gradient(share.of(input), weight, share.of(output_gradient),
                                            share.gradient.weight.defined() ? share.gradient : gradient);
    });
    for (const Share& share : shares_) {
      if (!share.gradient.weight.defined()) continue;
      gradient.weight.add_(share.gradient.weight);
      gradient.bias.add_(share.gradient.bias);
    }
  }

  void input_gradient(const at::Tensor& output_gradient, const at::Tensor& weight, at::Tensor& input) override {
    for_each_share([&](Share& share) {
      at::Tensor part = share.of(input);
      share.convolution->input_gradient(share.of(output_gradient), weight, part);
    });
  }

 private:
  template <class Body>
  void for_each_share(const Body& body) {
    parallel_for(0, std::ssize(shares_), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) body(shares_[static_cast<std::size_t>(i)]);
    });
  }

  std::vector<Share> shares_;
};

ParameterGradient empty_gradient(const Geometry& g) {
  return {at::empty({g.out_channels, g.receptive_field, g.receptive_field, g.in_channels}, at::kFloat)
              .permute({0, 3, 1, 2}),
          at::empty({g.out_channels}, at::kFloat)};
}

}  // namespace

std::unique_ptr<Convolution> make_apart_convolution(const Geometry& geometry, at::Device device,
                                                    at::ScalarType element) {
  const std::int64_t threads = thread_count();
  if (!device.is_cpu() || threads == 1 || geometry.batch < threads) return nullptr;
  const SingleThread each_alone;
  std::vector<Share> shares;
  for (std::int64_t thread = 0; thread < threads; ++thread) {
    const std::int64_t first = geometry.batch * thread / threads, end = geometry.batch * (thread + 1) / threads;
    Geometry of_share = geometry;
    of_share.batch = end - first;
    auto convolution = make_onednn_convolution(of_share, device, element);
    if (!convolution) return nullptr;
    shares.push_back({first, of_share.batch, std::move(convolution),
                      thread == 0 ? ParameterGradient{} : empty_gradient(geometry)});
  }
  return std::make_unique<ApartConvolution>(std::move(shares));
}

}  // namespace elubench::convolution
