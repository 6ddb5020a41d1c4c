// Which faults met which stages: counted, told to another process, and what is missing.
#include "sim/coverage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace decree::sim {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Coverage decoded(const std::string& text) {
  std::istringstream words(text);
  return Coverage::decode(words);
}

Coverage everything() {
  Coverage all;
  for (std::size_t kind = 0; kind < kFaultKinds; ++kind) {
    for (std::size_t stage = 0; stage < kStages; ++stage) {
      all.count(static_cast<FaultKind>(kind), static_cast<Stage>(stage));
    }
  }
  return all;
}

TEST(Coverage, ComesThroughWordsAsItWas) {
  Coverage coverage;
  coverage.count(FaultKind::crash, Stage::down);
  for (int i = 0; i < 3; ++i) coverage.count(FaultKind::isolate, Stage::leasing);
  coverage.count(FaultKind::transfer, Stage::failed);  // the last cell of all
  const std::string text = coverage.encode();
  EXPECT_EQ(text.find('\n'), std::string::npos) << "one line";
  EXPECT_EQ(decoded(text).encode(), text);
  EXPECT_EQ(decoded(text).print(), coverage.print());
  EXPECT_NE(text, Coverage().encode());
  EXPECT_EQ(decoded(Coverage().encode()).encode(), Coverage().encode());
}

TEST(Coverage, AddsUpCellByCell) {
  Coverage one;
  one.count(FaultKind::crash, Stage::leading);
  Coverage other;
  other.count(FaultKind::crash, Stage::leading);
  other.count(FaultKind::rot, Stage::down);
  Coverage expected = other;
  expected.count(FaultKind::crash, Stage::leading);
  one += other;
  EXPECT_EQ(one.encode(), expected.encode());
}

TEST(Coverage, MissesWhatCanMeetAndDidNot) {
  Coverage coverage;
  EXPECT_THAT(coverage.gaps(), Contains("crash while leading"));
  EXPECT_THAT(coverage.gaps(), Contains("crash while opening while opening"));
  coverage.count(FaultKind::crash, Stage::leading);
  EXPECT_THAT(coverage.gaps(), Not(Contains("crash while leading")));
  EXPECT_THAT(coverage.gaps(), Contains("crash while following"));
  EXPECT_THAT(coverage.gaps(), Contains("crash of all while leading"));
}

TEST(Coverage, MissesNothingThatCannotMeet) {
  EXPECT_THAT(everything().gaps(), IsEmpty());
  const std::vector<std::string> gaps = Coverage().gaps();
  EXPECT_THAT(gaps, Not(Contains("rot while leading")));
  EXPECT_THAT(gaps, Not(Contains("pause while down")));
  EXPECT_THAT(gaps, Not(Contains("transfer while following")));
  EXPECT_THAT(gaps, Contains("rot while down"));
  EXPECT_THAT(gaps, Contains("transfer while leasing"));
}

TEST(Coverage, PrintsEachFaultAndEachStage) {
  const std::string table = everything().print();
  for (std::size_t kind = 0; kind < kFaultKinds; ++kind) {
    EXPECT_THAT(table, HasSubstr(std::string("\n") + name_of(static_cast<FaultKind>(kind))));
  }
  for (std::size_t stage = 0; stage < kStages; ++stage) {
    EXPECT_THAT(table, HasSubstr(name_of(static_cast<Stage>(stage))));
  }
}

}  // namespace
}  // namespace decree::sim
