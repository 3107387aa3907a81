// A network ready to train: parameters, planned buffers, and a flat list of blocks over them. On a processor the
// first layer may be several blocks of each kind, one for each slice of the batch.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "activation/activation.h"
#include "convolution/convolution.h"
#include "kernel/loss_totals.h"
#include "network/block.h"
#include "network/observer.h"
#include "network/parameters.h"
#include "network/pool_activation_dropout_block.h"
#include "network/table.h"

namespace elubench::network {

struct Build {
  Options options;
  activation::Activation activation;
  bool batch_norm;
  std::int64_t classes;
  std::int64_t batch_size;
  at::Device device;
  at::ScalarType element;  // of activations and of the weights' copies: float32 or bfloat16
  convolution::Engine engine = convolution::Engine::automatic;
};

// Whose convolutions a network of this build has, for records, with how many layers: "oneDNN 3.2.0 (9), Winograd
// F(4x4, 3x3) (2)".
std::string convolutions_of(const Build& build);

class Network {
 public:
  explicit Network(const Build& build);

  // The caller fills these before forward(): images (batch, 32, 32, 3) of the element type, labels int64 (batch).
  at::Tensor& images() { return images_; }
  at::Tensor& labels() { return labels_; }
  at::Tensor logits() const;  // (batch, classes), after forward() and before backward()

  void forward(const Pass& pass, Observer* observer = nullptr);

  // Adds loss and errors of the first `valid` images of the batch to `totals`, which lie on the device. With
  // gradient_scale not 0, turns the logits into gradient_scale times the gradient of the summed loss, which
  // backward() starts from.
  void loss(std::int64_t valid, double gradient_scale, kernel::LossTotals* totals);

  // After a forward() that was not forward_only. Leaves the parameters' gradients in parameters().gradients().
  void backward(const Pass& pass, Observer* observer = nullptr);

  Parameters& parameters() { return parameters_; }
  const Parameters& parameters() const { return parameters_; }
  const std::vector<LayerGeometry>& layers() const { return layers_; }
  std::int64_t batch_size() const { return build_.batch_size; }
  at::Device device() const { return build_.device; }

  // Dropout rates change at some iterations: how many of these have been reached. Passes of one stage do the same
  // work.
  std::int64_t rates_stage(std::int64_t iteration) const;

 private:
  struct NamedBlock {
    std::string name;  // "conv3", "bn3", "activation3", "pool3"; the same for every slice of the batch
    std::unique_ptr<Block> block;
    std::optional<Probe> probe = {};  // of an activation, with its pool or without: its input
  };

  at::Tensor plan_buffer(std::int64_t images, std::int64_t channels, std::int64_t side) const;
  void add_layer(std::size_t index, const LayerGeometry& layer);
  convolution::ParameterGradient addend_of(const LayerGeometry& layer, bool sliced) const;
  void add_convolution(std::size_t index, const LayerGeometry& layer, convolution::ParameterGradient addend,
                       at::Tensor input, at::Tensor output);
  void add_batch_normalization(std::size_t index, at::Tensor input, at::Tensor output);
  bool drops_before_pool(std::size_t index) const;
  // In two blocks with a buffer between: the layers that drop numbers are not those whose size takes the time.
  void add_dropout_then_pool(Probe probe, const LayerGeometry& layer, at::Tensor output);
  void add_pool(Probe probe, const LayerGeometry& layer, KeptWinners kept, at::Tensor output);

  Build build_;
  std::vector<LayerGeometry> layers_;
  std::vector<LayerRates> rates_;
  Parameters parameters_;
  std::shared_ptr<convolution::Workspace> workspace_ = std::make_shared<convolution::Workspace>();
  at::Tensor images_, labels_;
  bool forward_only_ = false;  // the last forward()
  at::Tensor last_output_;     // of the layer added last: (N, C, H, W)
  std::vector<NamedBlock> blocks_;
};

}  // namespace elubench::network
