#include "doctor/doctor.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/parallel.h"
#include "doctor/check.h"

namespace elubench::doctor {
namespace {

TEST(Doctor, FindsNothingWrongWithTheProcessor) {
  std::vector<Finding> findings;
  EXPECT_TRUE(examine("cpu", [&](const Finding& finding) { findings.push_back(finding); }));
  EXPECT_EQ(findings.size(), 20u);
  for (const Finding& finding : findings) {
    EXPECT_TRUE(finding.passed) << finding.check << ": " << finding.detail;
    EXPECT_FALSE(finding.detail.empty()) << finding.check;
  }
}

TEST(RequireSmall, RefusesWhatIsTooLargeOrNotANumber) {
  EXPECT_EQ(require_small(0.5, 0.1, 0.2, "x"), 0.5);
  EXPECT_EQ(require_small(0.05, 0.1, 0.2, "x"), 0.1);
  EXPECT_ANY_THROW(require_small(0, 0.3, 0.2, "x"));
  EXPECT_ANY_THROW(require_small(0, std::nan(""), 0.2, "x"));
}

TEST(RelativeError, IsThatOfTheNorms) {
  EXPECT_NEAR(relative_error(at::tensor({3.0f, 4.5f}), at::tensor({3.0f, 4.0f})), 0.1, 1e-9);
}

}  // namespace
}  // namespace elubench::doctor
