// Whose convolutions. Free of LibTorch.
#pragma once

#include <string>

#include "base/named_enum.h"
#include "convolution/onednn_primitives.h"

namespace elubench {
namespace convolution {

enum class Engine {
  automatic,  // oneDNN's where they are to be had, else LibTorch's
  libtorch,
  onednn,
};

// What `automatic` means on the processor, for records: "oneDNN 3.2.0" or "LibTorch".
std::string automatic_engine(OneDnnElement element);

}  // namespace convolution

template <>
inline constexpr auto enum_names<convolution::Engine> =
    std::to_array<EnumName<convolution::Engine>>({{convolution::Engine::automatic, "auto"},
                                                  {convolution::Engine::libtorch, "libtorch"},
                                                  {convolution::Engine::onednn, "onednn"}});

}  // namespace elubench
