#include "leases/wait.h"

#include <gtest/gtest.h>

#include "tests/leases/times.h"

namespace decree::leases {
namespace {

std::uint64_t left(std::int64_t milliseconds) {
  return static_cast<std::uint64_t>(ms(milliseconds).ns);
}

class WaitTest : public ::testing::Test {
 protected:
  Voters voters_ = voters(3);
  Wait wait_{voters_};
};

TEST_F(WaitTest, IsNotOverBeforeAQuorumHasPromised) {
  wait_.promise(id(1), 0, at(0));
  EXPECT_FALSE(wait_.over(at(1000)));
  EXPECT_FALSE(wait_.over(kNever));
  wait_.promise(id(2), 0, at(0));
  EXPECT_TRUE(wait_.over(at(0)));
}

TEST_F(WaitTest, LastsFromTheReceiptOfThePromiseForItsRemainder) {
  wait_.promise(id(1), left(0), at(0));
  wait_.promise(id(2), left(50), at(7));
  EXPECT_EQ(wait_.until(), at(57));
  EXPECT_FALSE(wait_.over(at(57) - Duration{1}));
  EXPECT_TRUE(wait_.over(at(57)));
}

TEST_F(WaitTest, TheQuorumThSmallestCounts) {
  wait_.promise(id(1), left(100), at(0));
  wait_.promise(id(2), left(50), at(0));
  EXPECT_EQ(wait_.until(), at(100));
  wait_.promise(id(3), left(70), at(0));
  EXPECT_EQ(wait_.until(), at(70));
}

TEST_F(WaitTest, TheLatestReportOfAReplicaCounts) {
  wait_.promise(id(1), left(0), at(0));
  wait_.promise(id(2), left(50), at(0));
  wait_.promise(id(2), left(80), at(10));
  EXPECT_EQ(wait_.until(), at(90));
}

TEST_F(WaitTest, ThoseWhoDoNotVoteDoNotCount) {
  wait_.promise(id(1), 0, at(0));
  wait_.promise(id(4), 0, at(0));
  wait_.promise(id(kMaxReplicaId + 1), 0, at(0));
  EXPECT_FALSE(wait_.over(at(0)));
}

TEST_F(WaitTest, PromisesUnderAnEarlierBallotDoNotCount) {
  wait_.promise(id(1), 0, at(0));
  wait_.promise(id(2), 0, at(0));
  wait_.begin();
  wait_.promise(id(2), 0, at(0));
  EXPECT_FALSE(wait_.over(at(1000)));
}

TEST_F(WaitTest, AClockFaultRestartsIt) {
  wait_.promise(id(1), left(40), at(0));
  wait_.promise(id(2), left(50), at(0));
  wait_.clock_fault(at(45));
  EXPECT_FALSE(wait_.over(at(60)));
  EXPECT_EQ(wait_.until(), at(95));
}

TEST_F(WaitTest, AClockFaultInventsNoPromise) {
  wait_.promise(id(1), 0, at(0));
  wait_.clock_fault(at(45));
  EXPECT_FALSE(wait_.over(at(1000)));
}

TEST_F(WaitTest, ARemainderBeyondAllTimeIsNeverOver) {
  wait_.promise(id(1), UINT64_MAX, at(0));
  wait_.promise(id(2), 0, at(0));
  EXPECT_FALSE(wait_.over(Time{INT64_MAX}));
  EXPECT_EQ(wait_.until(), kNever);
}

}  // namespace
}  // namespace decree::leases
