#include "train/build.h"

#include "activation/table.h"
#include "network/initial_weights.h"

namespace elubench::train {

namespace {

network::Build build_of(const Specification& specification, std::int64_t classes, at::Device device,
                        convolution::Engine engine) {
  return {.options = specification.network,
          .activation = activation::parse(specification.activation),
          .batch_norm = specification.batch_norm,
          .classes = classes,
          .batch_size = specification.batch_size,
          .device = device,
          .element = specification.precision == Precision::bf16 ? at::kBFloat16 : at::kFloat,
          .engine = engine};
}

}  // namespace

network::Network build_network(const Specification& specification, std::int64_t classes, at::Device device,
                               convolution::Engine engine) {
  return network::Network(build_of(specification, classes, device, engine));
}

std::string convolutions_of(const Specification& specification, std::int64_t classes, at::Device device,
                            convolution::Engine engine) {
  return network::convolutions_of(build_of(specification, classes, device, engine));
}

void set_initial_weights(const Specification& specification, network::Network& network) {
  network::set_initial_weights(specification.network.initialization, specification.seed, network.parameters());
}

}  // namespace elubench::train
