#include "convolution/winograd_pass.h"

#include <algorithm>
#include <optional>

#include "base/parallel.h"
#include "convolution/batched_product.h"
#include "convolution/winograd_transforms.h"

namespace elubench::convolution {
namespace {

// Of a chunk's operands: 8 MiB of float32.
constexpr std::int64_t usual_numbers = std::int64_t{2} << 20;

}  // namespace

WinogradPass::WinogradPass(const WinogradTiling& tiling, std::int64_t workers, const ShapeOf& shape_of)
    : tiling_(tiling) {
  std::optional<SingleThread> each_alone;
  if (workers > 1) each_alone.emplace();
  for (std::int64_t w = 0; w < workers; ++w) {
    const std::int64_t first = tiling.images * w / workers, end = tiling.images * (w + 1) / workers;
    if (end > first) workers_.push_back(make_worker(first, end - first, shape_of));
  }
}

bool WinogradPass::possible() const {
  return std::ranges::all_of(workers_, [](const Worker& w) { return w.of_fewer && (w.of_more || w.all_alike()); });
}

void WinogradPass::for_each_chunk(float* memory, const Body& body) const {
  parallel_for(0, static_cast<std::int64_t>(workers_.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t w = begin; w < end; ++w) {
      work(workers_[static_cast<std::size_t>(w)], memory + w * worker_memory(), body);
    }
  });
}

WinogradPass::Worker WinogradPass::make_worker(std::int64_t first_image, std::int64_t images,
                                               const ShapeOf& shape_of) const {
  const std::int64_t most = most_images_at_once();
  Worker worker{first_image, images, (images + most - 1) / most};
  worker.of_fewer = make_batched_product(shape_of(worker.fewer() * tiling_.tiles_of_image));
  if (!worker.all_alike())
    worker.of_more = make_batched_product(shape_of((worker.fewer() + 1) * tiling_.tiles_of_image));
  return worker;
}

void WinogradPass::work(const Worker& worker, float* memory, const Body& body) const {
  for (std::int64_t chunk = 0; chunk < worker.chunks; ++chunk) {
    const std::int64_t first = worker.begin_of(chunk), images = worker.begin_of(chunk + 1) - first;
    body({first, images, images * tiling_.tiles_of_image, memory, memory + operand_memory(tiling_.in_channels),
          images == worker.fewer() ? *worker.of_fewer : *worker.of_more});
  }
}

// Or about as many numbers as weights, each of which, or a sum for its gradient, every chunk reads: of large ones
// that takes longer than to read the operands again from memory.
std::int64_t WinogradPass::most_images_at_once() const {
  const std::int64_t in = tiling_.in_channels, out = tiling_.out_channels;
  const std::int64_t numbers = std::max(usual_numbers, tiling_.products * in * out);
  const std::int64_t numbers_of_image = tiling_.products * tiling_.tiles_of_image * (in + out);
  return std::clamp<std::int64_t>(numbers / numbers_of_image, 1, tiling_.images);
}

std::int64_t WinogradPass::operand_memory(std::int64_t channels) const {
  return operand_numbers(tiling_.products, most_images_at_once() * tiling_.tiles_of_image, channels);
}

std::int64_t WinogradPass::worker_memory() const {
  return operand_memory(tiling_.in_channels) + operand_memory(tiling_.out_channels);
}

}  // namespace elubench::convolution
