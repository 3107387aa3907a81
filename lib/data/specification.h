// What a recipe says about the data. Free of LibTorch.
#pragma once

#include <cstdint>
#include <string>

#include "base/named_enum.h"

namespace elubench {
namespace data {

enum class Preprocessing { gcn_zca, standardize, none };

struct Specification {
  std::string set =
      "cifar-100";  // cifar-100 | cifar-10 | synthetic(classes=..., train_images=..., test_images=..., seed=...)
  Preprocessing preprocessing = Preprocessing::gcn_zca;
  bool augment = true;          // pad 4, random 32x32 crop, horizontal flip
  std::int64_t limit = 0;       // train on the first N images; 0: all
  std::int64_t validation = 0;  // hold out the last N training images
};

}  // namespace data

template <>
inline constexpr auto enum_names<data::Preprocessing> =
    std::to_array<EnumName<data::Preprocessing>>({{data::Preprocessing::gcn_zca, "gcn-zca"},
                                                  {data::Preprocessing::standardize, "standardize"},
                                                  {data::Preprocessing::none, "none"}});

}  // namespace elubench
