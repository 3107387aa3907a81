#include <algorithm>
#include <cstddef>
#include <variant>
#include <vector>

#include "kernel/cuda/kernels.h"
#include "kernel/cuda/launch.cuh"
#include "kernel/statistics_element.h"

namespace elubench::kernel::cuda {
namespace {

template <class T>
class DeviceArray {
 public:
  explicit DeviceArray(std::int64_t count)
      : data_(device::allocate_on_gpu(static_cast<std::size_t>(count) * sizeof(T))) {}
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;
  ~DeviceArray() { device::free_on_gpu(data_); }

  T* data() const { return static_cast<T*>(data_); }

  std::vector<T> first(std::int64_t count) const {
    std::vector<T> host(static_cast<std::size_t>(count));
    const cudaStream_t stream = device::current_cuda_stream();
    check(cudaMemcpyAsync(host.data(), data_, host.size() * sizeof(T), cudaMemcpyDeviceToHost, stream), "copy");
    check(cudaStreamSynchronize(stream), "copy");
    return host;
  }

 private:
  void* data_;
};

constexpr std::int64_t rows_of_strip = 256;
constexpr std::int64_t squares_sums = 16384;  // threads enough for a GPU, and few enough for a host to add up

}  // namespace

void add_activation_totals(const activation::Activation& activation, Buffer x, std::int64_t positions,
                           std::int64_t channels, ActivationTotals& totals) {
  const std::int64_t count = (positions + rows_of_strip - 1) / rows_of_strip;
  const DeviceArray<ChannelTotals> strips(count * channels);
  for_element(x.element, [&]<class T>(T) {
    std::visit(
        [&]<class F>(const F& f) {
          for_each_element(
              "activation_totals", count * channels,
              ActivationStrip<F, T>{f, x.as<const T>(), positions, channels, rows_of_strip, strips.data()});
        },
        activation);
  });
  for_each_element("activation_totals", channels, ActivationStripSum{count, channels, strips.data()});
  totals.alive.resize(static_cast<std::size_t>(channels));
  totals.count += positions * channels;
  std::size_t channel = 0;
  for (const ChannelTotals& of_channel : strips.first(channels)) {
    totals.sum += of_channel.sum;
    totals.sum_of_squares += of_channel.sum_of_squares;
    if (of_channel.steepest >= dead_slope) totals.alive[channel] = true;
    ++channel;
  }
}

double sum_of_squares(Buffer x, std::int64_t count) {
  const std::int64_t sums = std::min(count, squares_sums);
  if (sums == 0) return 0;
  const DeviceArray<double> sum(sums);
  for_element(x.element, [&]<class T>(T) {
    for_each_element("sum_of_squares", sums, SquaresStrip<T>{x.as<const T>(), count, sums, sum.data()});
  });
  double total = 0;
  for (const double value : sum.first(sums)) total += value;
  return total;
}

}  // namespace elubench::kernel::cuda
