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
  Wait wait_{Settings{}, voters_};
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

TEST_F(WaitTest, IsLongerByAClockThatMayBeFasterThanTheGroupsMay) {
  Settings settings;
  settings.own_rho_ppm = 250'000;
  settings.decided_rho_ppm = 1'000;
  Wait wait(settings, voters_);
  wait.promise(id(1), 0, at(0));
  wait.promise(id(2), 1'001'000, at(0));
  EXPECT_EQ(wait.until(), at(0) + Duration{1'250'000});
  wait.clock_fault(at(10));
  EXPECT_EQ(wait.until(), at(10) + Duration{1'250'000});
  wait.decided(250'000);
  wait.promise(id(2), 1'001'000, at(0));
  EXPECT_EQ(wait.until(), at(10)) << "replica 1's began again";
}

TEST(OwnWait, IsRoundedUpAndDoesNotOverflow) {
  Settings settings;
  EXPECT_EQ(own_wait(ms(100), settings), ms(100));
  settings.own_rho_ppm = 110'000;
  EXPECT_EQ(own_wait(ms(100), settings), ms(111)) << "nothing is known of the group's";
  settings.decided_rho_ppm = 110'000;
  EXPECT_EQ(own_wait(ms(100), settings), ms(100));
  settings.decided_rho_ppm = 109'999;
  EXPECT_EQ(own_wait({1}, settings), Duration{2});
  EXPECT_EQ(own_wait({}, settings), Duration{});
  EXPECT_EQ(own_wait(Duration{INT64_MAX}, settings), Duration{INT64_MAX});
  EXPECT_GT(own_wait(Duration{INT64_MAX / 2}, settings), Duration{INT64_MAX / 2});
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
