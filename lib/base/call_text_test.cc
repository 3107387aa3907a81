#include "base/call_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace elubench {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::ThrowsMessage;
using ::testing::UnorderedElementsAre;

TEST(ParseCall, ReadsNameAndArguments) {
  const CallText call = parse_call(" leaky_relu ( slope = 0.25 ,bias=-1e-3 ) ");
  EXPECT_EQ(call.name, "leaky_relu");
  EXPECT_THAT(call.arguments, UnorderedElementsAre(Pair("slope", 0.25), Pair("bias", -0.001)));
}

TEST(ParseCall, TakesNoArgumentsAsNone) {
  for (const char* text : {"relu", "relu()", " relu ( ) "}) {
    EXPECT_EQ(parse_call(text).name, "relu") << text;
    EXPECT_TRUE(parse_call(text).arguments.empty()) << text;
  }
}

class BadCall : public ::testing::TestWithParam<const char*> {};

TEST_P(BadCall, IsRefusedWithTheTextInTheMessage) {
  EXPECT_THAT([] { parse_call(GetParam()); },
              ThrowsMessage<UsageError>(HasSubstr(std::string("'") + GetParam() + "'")));
}

INSTANTIATE_TEST_SUITE_P(Texts, BadCall,
                         ::testing::Values("", "(alpha=1)", "elu(alpha=1", "elu)", "elu(alpha=1)x", "elu(alpha)",
                                           "elu(=1)", "elu(alpha=)", "elu(alpha=x)", "elu(alpha=1x)",
                                           "elu(alpha=1,)", "elu(,)", "elu(alpha=1,alpha=2)", "elu(alpha=nan)",
                                           "elu(alpha=inf)", "elu(alpha=1e999)", "elu(alpha=1) (beta=2)"));

TEST(NumberText, IsTheShortestThatReadsBack) {
  EXPECT_EQ(number_text(1), "1");
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(-2.5), "-2.5");
  EXPECT_EQ(std::stod(number_text(1.0 / 3)), 1.0 / 3);
}

TEST(CallTextOf, ReadsBack) {
  EXPECT_EQ(call_text("relu", {}), "relu");
  const std::string text = call_text("f", {{"b", 0.1}, {"a", 2}});
  EXPECT_EQ(text, "f(b=0.1, a=2)");
  EXPECT_THAT(parse_call(text).arguments, UnorderedElementsAre(Pair("a", 2), Pair("b", 0.1)));
}

TEST(Suggestion, NamesTheNearestByEdits) {
  const std::vector<std::string> valid{"relu", "leaky_relu", "elu", "selu"};
  EXPECT_EQ(suggestion("leeky_relu", valid), "; did you mean 'leaky_relu'?");
  EXPECT_EQ(suggestion("seluu", valid), "; did you mean 'selu'?");
  EXPECT_EQ(suggestion("rleu", {"tanh", "relu"}), "; did you mean 'relu'?");
}

TEST(Suggestion, ListsAllWhereNoneIsNear) {
  EXPECT_EQ(suggestion("maxout", {"relu", "elu"}), "; valid are: relu, elu");
}

}  // namespace
}  // namespace elubench
