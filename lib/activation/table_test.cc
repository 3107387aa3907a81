#include "activation/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace elubench::activation {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Parse, ReadsBackWhatToTextWrites) {
  EXPECT_EQ(to_text(parse("relu")), "relu");
  EXPECT_EQ(to_text(parse("elu")), "elu(alpha=1)");
  EXPECT_EQ(to_text(parse("elu( alpha = 0.5 )")), "elu(alpha=0.5)");
  for (const Row& row : table()) EXPECT_EQ(to_text(parse(to_text(parse(row.name)))), to_text(parse(row.name)));
}

TEST(Parse, NamesTheNearestOfAnUnknownActivation) {
  EXPECT_THAT([] { parse("rellu"); }, ThrowsMessage<UsageError>(HasSubstr("'relu'")));
  EXPECT_THAT([] { parse("shifted-relu"); }, ThrowsMessage<UsageError>(HasSubstr("'shifted_relu'")));
}

TEST(Parse, RefusesUnknownParametersAndValuesOutOfRange) {
  EXPECT_THAT([] { parse("elu(alhpa=1)"); }, ThrowsMessage<UsageError>(HasSubstr("'alpha'")));
  EXPECT_THAT([] { parse("relu(slope=1)"); }, ThrowsMessage<UsageError>(HasSubstr("no parameters")));
  EXPECT_THAT([] { parse("elu(alpha=-1)"); }, ThrowsMessage<UsageError>(HasSubstr("out of range")));
  EXPECT_THROW(parse("elu(alpha=nan)"), UsageError);
  EXPECT_THROW(parse("celu(alpha=0)"), UsageError);
  EXPECT_THROW(parse("elu(alpha=1e39)"), UsageError);
}

}  // namespace
}  // namespace elubench::activation
