// Whose convolutions. Free of LibTorch.
#pragma once

#include <string>
#include <string_view>

#include "base/named_enum.h"
#include "convolution/onednn_primitives.h"

namespace elubench {
namespace convolution {

enum class Engine {
  automatic,  // Winograd's algorithm where it saves enough, else oneDNN's where they are to be had, else
              // LibTorch's
  libtorch,   // on a GPU: cuDNN's
  onednn,
  winograd,  // wherever it can, the rest as `automatic`
};

// What `automatic` means on a device ("cpu", "cuda:0"), for records: "Winograd and oneDNN 3.2.0", "LibTorch",
// "cuDNN 9.19.0".
std::string automatic_engine(std::string_view device, bool bf16);

}  // namespace convolution

template <>
inline constexpr auto enum_names<convolution::Engine> =
    std::to_array<EnumName<convolution::Engine>>({{convolution::Engine::automatic, "auto"},
                                                  {convolution::Engine::libtorch, "libtorch"},
                                                  {convolution::Engine::onednn, "onednn"},
                                                  {convolution::Engine::winograd, "winograd"}});

}  // namespace elubench
