#include "data/table.h"

#include <gmock/gmock.h>

#include "base/error.h"

namespace elubench::data {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Table, HasTheOfficialSizes) {
  const std::vector<Row> rows = table();
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].name, "cifar-100");
  EXPECT_EQ(rows[0].classes, 100);
  EXPECT_EQ(rows[1].name, "cifar-10");
  EXPECT_EQ(rows[1].classes, 10);
  for (const Row& row : rows) {
    EXPECT_EQ(row.train_images, 50000) << row.name;
    EXPECT_EQ(row.test_images, 10000) << row.name;
    EXPECT_EQ(row.synthetic, row.name == "synthetic");
  }
}

TEST(Table, ArgumentsOfSyntheticCount) {
  EXPECT_EQ(find_set("synthetic").classes, 100);
  const Row row = find_set("synthetic(classes=7, test_images=30)");
  EXPECT_EQ(row.classes, 7);
  EXPECT_EQ(row.train_images, 50000);
  EXPECT_EQ(row.test_images, 30);
  EXPECT_TRUE(row.synthetic);
}

TEST(Table, CanonicalTextWritesEveryArgumentOut) {
  EXPECT_EQ(canonical_set("cifar-10()"), "cifar-10");
  const std::string canonical = canonical_set("synthetic( seed=100000,classes=5 )");
  EXPECT_EQ(canonical, "synthetic(classes=5, train_images=50000, test_images=10000, seed=100000)");
  EXPECT_EQ(canonical_set(canonical), canonical);
}

TEST(Table, UnknownSetNamesTheNearest) {
  EXPECT_THAT([] { find_set("cifar100"); }, ThrowsMessage<UsageError>(HasSubstr("'cifar-100'")));
  EXPECT_THAT([] { find_set("sinthetic"); }, ThrowsMessage<UsageError>(HasSubstr("'synthetic'")));
  EXPECT_THAT([] { find_set("imagenet"); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("cifar-100"), HasSubstr("synthetic"))));
}

TEST(Table, WrongArgumentsAreNamed) {
  EXPECT_THAT([] { find_set("cifar-10(classes=5)"); }, ThrowsMessage<UsageError>(HasSubstr("no arguments")));
  EXPECT_THAT([] { find_set("synthetic(clases=5)"); }, ThrowsMessage<UsageError>(HasSubstr("'classes'")));
  for (const char* text : {"synthetic(classes=1)", "synthetic(classes=2.5)", "synthetic(classes=1001)",
                           "synthetic(train_images=0)", "synthetic(test_images=1e9)", "synthetic(seed=-1)"}) {
    EXPECT_THAT([&] { find_set(text); }, ThrowsMessage<UsageError>(HasSubstr("whole number from"))) << text;
  }
}

}  // namespace
}  // namespace elubench::data
