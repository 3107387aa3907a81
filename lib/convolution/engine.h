// Whose convolutions. Free of LibTorch.
#pragma once

#include "base/named_enum.h"

namespace elubench {
namespace convolution {

enum class Engine {
  automatic,  // those that are likely to be the fastest of all (make_convolution.cc)
  libtorch,   // on a GPU: cuDNN's
  onednn,
  winograd,  // wherever it can, the rest as `automatic`
};

}  // namespace convolution

template <>
inline constexpr auto enum_names<convolution::Engine> =
    std::to_array<EnumName<convolution::Engine>>({{convolution::Engine::automatic, "auto"},
                                                  {convolution::Engine::libtorch, "libtorch"},
                                                  {convolution::Engine::onednn, "onednn"},
                                                  {convolution::Engine::winograd, "winograd"}});

}  // namespace elubench
