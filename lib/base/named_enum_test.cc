#include "base/named_enum.h"

#include <gtest/gtest.h>

namespace elubench {
namespace {
enum class Fruit { apple, blood_orange };
}  // namespace

template <>
inline constexpr auto enum_names<Fruit> = std::to_array<EnumName<Fruit>>({{Fruit::apple, "apple"},
                                                                          {Fruit::blood_orange, "blood-orange"}});

namespace {

TEST(NamedEnum, GoesBothWays) {
  EXPECT_EQ(to_name(Fruit::blood_orange), "blood-orange");
  EXPECT_EQ(from_name<Fruit>("blood-orange"), Fruit::blood_orange);
  EXPECT_EQ(from_name<Fruit>("apple"), Fruit::apple);
}

TEST(NamedEnum, KnowsNoOtherNames) {
  EXPECT_EQ(from_name<Fruit>("blood_orange"), std::nullopt);
  EXPECT_EQ(from_name<Fruit>(""), std::nullopt);
}

}  // namespace
}  // namespace elubench
