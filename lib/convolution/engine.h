// Whose convolutions. Free of LibTorch.
#pragma once

#include "base/named_enum.h"

namespace elubench {
namespace convolution {

enum class Engine {
  automatic,  // on a processor Winograd's algorithm where it saves enough, one matrix product where that is all,
              // else oneDNN's where they are to be had, with gradients of the weight on Intel's AMX where it is;
              // in float32 of bfloat16 where the processor does not multiply that faster; without weights that
              // only padding meets; on a GPU matrix products where that is all, or with patches where these are
              // small; else LibTorch's
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
