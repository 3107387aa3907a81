#include <utility>

#include "base/cpu.h"
#include "base/error.h"
#include "base/parallel.h"
#include "convolution/convolution.h"
#include "convolution/onednn_primitives.h"

namespace elubench::convolution {
namespace {

// Of the matrix product that a convolution is: where there are many, oneDNN's convolutions are as fast, and sum
// the bias's gradient in the same pass.
bool has_few_rows(const Geometry& g) {
  return g.batch * g.out_side * g.out_side <= 8 * g.in_channels * g.receptive_field * g.receptive_field;
}

// As those of a network's first layer.
bool has_few_channels(const Geometry& g) { return g.in_channels < 16; }

// With few channels in, the weights are few, and sums of their gradients for each thread cost nothing. One for all
// threads is split by channels out, and so each thread reads what the other threads' pools wrote, which these then
// wait to have back: measured on two cores that share no cache, the first layer's pool and convolution, backwards,
// take 19 ms of a step of 161, and 11 where threads work apart. Not where some would have much more to do.
std::unique_ptr<Convolution> make_best_onednn_convolution(const Geometry& g, at::ScalarType element) {
  const std::int64_t threads = thread_count();
  const bool even = g.batch % threads == 0 || g.batch >= 8 * threads;
  if (has_few_channels(g) && even) {
    if (auto convolution = make_apart_convolution(g, at::kCPU, element)) return convolution;
  }
  return make_onednn_convolution(g, at::kCPU, element);
}

// oneDNN's are as fast where laying out the factors is all the work: with few products for each number of them.
std::unique_ptr<Convolution> with_best_weight_gradients(const Geometry& g, at::ScalarType element,
                                                        std::unique_ptr<Convolution> rest) {
  constexpr std::int64_t many_places = 16384;
  const bool one_pixel = g.receptive_field == 1;
  if (has_few_channels(g) || (one_pixel && g.batch * g.out_side * g.out_side > many_places)) return rest;
  return with_amx_weight_gradients(g, element, std::move(rest));
}

// On a GPU: what is written once and read thrice stays in its cache, and a product fills more of the GPU than
// cuDNN's convolutions of few places or channels do. Not so where patches are long and few.
bool has_small_patches(const Geometry& g) {
  constexpr std::int64_t most_numbers = 10'000'000, most_pixels = 4096;
  const std::int64_t pixels = g.in_channels * g.receptive_field * g.receptive_field;
  return pixels <= most_pixels && g.batch * g.out_side * g.out_side * pixels <= most_numbers;
}

// Of the forms that pay, or of all of them, the first that is to be had.
std::unique_ptr<Convolution> make_best_winograd_convolution(const Geometry& g, at::Device device,
                                                            at::ScalarType element, bool where_it_pays,
                                                            const std::shared_ptr<Workspace>& workspace) {
  const bool bf16 = element == at::kBFloat16;
  for (const WinogradForm& form : winograd_forms(g, bf16, this_cpu())) {
    if (where_it_pays && !winograd_pays(g, form, bf16, this_cpu())) continue;
    if (auto convolution = make_winograd_convolution(g, device, element, form, workspace)) return convolution;
  }
  return nullptr;
}

// Whose turn it is, in this order.
std::unique_ptr<Convolution> make_on_processor(Engine engine, const Geometry& g, at::ScalarType element,
                                               std::shared_ptr<Workspace> workspace) {
  const at::Device device = at::kCPU;
  if (auto convolution = make_trimmed_convolution(engine, g, device, element, workspace)) return convolution;
  const bool where_it_pays = engine != Engine::winograd;
  if (auto convolution = make_best_winograd_convolution(g, device, element, where_it_pays, workspace))
    return convolution;
  const bool bf16 = element == at::kBFloat16;
  if (bf16 && !this_cpu().bf16_is_faster)
    return make_widened_convolution(g, device, element, std::move(workspace));
  if (has_few_rows(g)) {
    if (auto convolution = make_dense_convolution(g, device, element))
      return with_best_weight_gradients(g, element, std::move(convolution));
  }
  if (auto convolution = make_best_onednn_convolution(g, element))
    return with_best_weight_gradients(g, element, std::move(convolution));
  // Where oneDNN may not use the instructions for bfloat16, LibTorch may not, and rounds partial sums to it.
  if (bf16 && !onednn_version().empty()) return make_widened_convolution(g, device, element, std::move(workspace));
  return make_libtorch_convolution(g, device, element);
}

std::unique_ptr<Convolution> make_on_gpu(const Geometry& g, at::Device device, at::ScalarType element) {
  if (auto convolution = make_libtorch_dense_convolution(g, device, element)) return convolution;
  if (has_small_patches(g)) return make_libtorch_patch_convolution(g, device, element);
  return make_libtorch_convolution(g, device, element);
}

}  // namespace

std::unique_ptr<Convolution> make_convolution(Engine engine, const Geometry& geometry, at::Device device,
                                              at::ScalarType element, std::shared_ptr<Workspace> workspace) {
  if (engine == Engine::libtorch) return make_libtorch_convolution(geometry, device, element);
  if (engine == Engine::onednn) {
    if (auto convolution = make_onednn_convolution(geometry, device, element)) return convolution;
    throw UsageError(onednn_version().empty()
                         ? "this build has no oneDNN (cmake said so); use auto or libtorch"
                         : "oneDNN has no convolution for this device and precision; use libtorch");
  }
  if (engine == Engine::winograd && !device.is_cpu())
    throw UsageError("Winograd's convolutions are a processor's; on a GPU use auto or libtorch");
  if (device.is_cpu()) return make_on_processor(engine, geometry, element, std::move(workspace));
  return make_on_gpu(geometry, device, element);
}

}  // namespace elubench::convolution
