#include "leases/lease.h"

#include <gtest/gtest.h>

#include "tests/leases/times.h"

namespace decree::leases {
namespace {

// T = 100 ms and rho = 250,000 ppm: a lease lasts exactly 60 ms.
constexpr std::uint32_t kRho = 250'000;
constexpr std::uint64_t kT = 100'000'000;

Settings settings() {
  Settings settings;
  settings.lease = ms(100);
  settings.rho_ppm = kRho;
  return settings;
}

LeaseEcho granted(const LeaseAsk& ask, std::uint64_t ns = kT) { return {ask.stamp, ns}; }

class LeaseTest : public ::testing::Test {
 protected:
  LeaseTest() {
    lease_.begin(mine_, start(7));
    lease_.open();
  }
  bool valid(Time now) {
    clock_.time = now;
    return lease_.valid(clock_);
  }
  /// A stamp sent at `now` and granted by replicas 1 to `count`.
  LeaseAsk renew(Time now, std::uint32_t count = 2) {
    const LeaseAsk ask = lease_.ask(now);
    for (std::uint32_t i = 1; i <= count; ++i) lease_.answer(id(i), mine_, granted(ask));
    return ask;
  }

  const Ballot mine_ = ballot(5, 1);
  Voters voters_ = voters(3);
  HandClock clock_;
  Lease lease_{settings(), voters_};
};

TEST(LeaseSpanTest, IsTTimesOneMinusRhoOverOnePlusRhoRoundedDown) {
  EXPECT_EQ(lease_span(ms(100), 250'000), ms(60));
  EXPECT_EQ(lease_span({1'110'000}, 110'000), Duration{890'000});
  EXPECT_EQ(lease_span({1'110'001}, 110'000), Duration{890'000});
  EXPECT_EQ(lease_span({1'110'002}, 110'000), Duration{890'001});
  EXPECT_EQ(lease_span({}, 110'000), Duration{});
  EXPECT_EQ(lease_span(ms(100), 1'000'000), Duration{});
  EXPECT_EQ(lease_span(ms(100), 2'000'000), Duration{});
}

TEST(LeaseSpanTest, DoesNotOverflow) {
  EXPECT_EQ(lease_span({INT64_MAX}, 0), Duration{INT64_MAX});
  EXPECT_EQ(lease_span({1'250'000'000'000'000'000}, 250'000).ns, 750'000'000'000'000'000);
}

TEST_F(LeaseTest, AsksWithItsOwnClockItsStartAndItsSettings) {
  const LeaseAsk ask = lease_.ask(at(3));
  EXPECT_EQ(ask.stamp.value, static_cast<std::uint64_t>(at(3).ns));
  EXPECT_EQ(ask.duration_ns, kT);
  EXPECT_EQ(ask.rho_ppm, kRho);
  EXPECT_EQ(ask.start, start(7));
}

TEST_F(LeaseTest, LastsFromTheSendingOfTheStampAndNotFromItsAnswer) {
  const LeaseAsk ask = lease_.ask(at(0));
  clock_.time = at(30);
  lease_.answer(id(1), mine_, granted(ask));
  lease_.answer(id(2), mine_, granted(ask));
  EXPECT_EQ(lease_.expiry(), at(60));
  EXPECT_TRUE(valid(at(60) - Duration{1}));
  EXPECT_FALSE(valid(at(60)));
}

TEST_F(LeaseTest, TheQuorumThNewestStampCounts) {
  const LeaseAsk first = lease_.ask(at(0));
  const LeaseAsk second = lease_.ask(at(10));
  const LeaseAsk third = lease_.ask(at(20));
  lease_.answer(id(1), mine_, granted(third));
  EXPECT_EQ(lease_.expiry(), Time{}) << "one is no quorum";
  lease_.answer(id(2), mine_, granted(first));
  EXPECT_EQ(lease_.expiry(), at(60));
  lease_.answer(id(3), mine_, granted(second));
  EXPECT_EQ(lease_.expiry(), at(70));
}

TEST_F(LeaseTest, TheSameVoterTwiceIsNoQuorum) {
  const LeaseAsk first = lease_.ask(at(0));
  const LeaseAsk second = lease_.ask(at(10));
  lease_.answer(id(2), mine_, granted(first));
  lease_.answer(id(2), mine_, granted(second));
  EXPECT_FALSE(valid(at(11)));
}

TEST_F(LeaseTest, TheOwnAcceptorIsAVoterLikeEveryOther) {
  const LeaseAsk ask = lease_.ask(at(0));
  lease_.answer(id(2), mine_, granted(ask));
  EXPECT_FALSE(valid(at(1)));
  lease_.answer(id(3), mine_, granted(ask));
  EXPECT_TRUE(valid(at(1))) << "a quorum without it";
}

TEST_F(LeaseTest, ASingleVoterIsItsOwnQuorum) {
  const Voters alone = voters(1);
  Lease lease(settings(), alone);
  lease.begin(mine_, start(1));
  lease.open();
  lease.answer(id(1), mine_, granted(lease.ask(at(0))));
  EXPECT_EQ(lease.expiry(), at(60));
}

TEST_F(LeaseTest, ThoseWhoDoNotVoteDoNotCount) {
  const LeaseAsk ask = lease_.ask(at(0));
  lease_.answer(id(4), mine_, granted(ask));
  lease_.answer(id(1), mine_, granted(ask));
  EXPECT_FALSE(valid(at(1)));
}

TEST_F(LeaseTest, AnAnswerOutOfOrderNeverShortensIt) {
  const LeaseAsk first = lease_.ask(at(0));
  renew(at(20));
  lease_.answer(id(1), mine_, granted(first));
  lease_.answer(id(2), mine_, granted(first));
  EXPECT_EQ(lease_.expiry(), at(80));
}

TEST_F(LeaseTest, AnAnswerOutOfOrderTakesNoNewerOneBack) {
  const LeaseAsk first = lease_.ask(at(0));
  const LeaseAsk second = lease_.ask(at(20));
  lease_.answer(id(1), mine_, granted(second));
  lease_.answer(id(1), mine_, granted(first));
  lease_.answer(id(2), mine_, granted(second));
  EXPECT_EQ(lease_.expiry(), at(80));
}

TEST_F(LeaseTest, UsesHowLongTheAcceptorRemembers) {
  const LeaseAsk ask = lease_.ask(at(0));
  lease_.answer(id(1), mine_, granted(ask, 50'000'000));
  lease_.answer(id(2), mine_, granted(ask, 50'000'000));
  EXPECT_EQ(lease_.expiry(), at(30));
}

TEST_F(LeaseTest, NeverUsesMoreThanItAskedFor) {
  const LeaseAsk ask = lease_.ask(at(0));
  lease_.answer(id(1), mine_, granted(ask, UINT64_MAX));
  lease_.answer(id(2), mine_, granted(ask, UINT64_MAX));
  EXPECT_EQ(lease_.expiry(), at(60));
}

TEST_F(LeaseTest, NoGrantIsNoGrantAndTakesNoOlderOneBack) {
  renew(at(0));
  const LeaseAsk ask = lease_.ask(at(10));
  for (std::uint32_t i = 1; i <= 3; ++i) lease_.answer(id(i), mine_, granted(ask, 0));
  EXPECT_EQ(lease_.expiry(), at(60));
}

TEST_F(LeaseTest, NoGrantsMakeNoLease) {
  const LeaseAsk ask = lease_.ask(at(0));
  for (std::uint32_t i = 1; i <= 3; ++i) lease_.answer(id(i), mine_, granted(ask, 0));
  EXPECT_EQ(lease_.expiry(), Time{});
}

TEST_F(LeaseTest, AStampThatWasNeverSentIsIgnored) {
  LeaseAsk ask = lease_.ask(at(0));
  ask.stamp.value += 1;
  for (std::uint32_t i = 1; i <= 3; ++i) lease_.answer(id(i), mine_, granted(ask));
  EXPECT_FALSE(valid(at(1)));
}

TEST_F(LeaseTest, AnAnswerUnderAnotherBallotIsIgnored) {
  const LeaseAsk ask = lease_.ask(at(0));
  for (std::uint32_t i = 1; i <= 3; ++i) lease_.answer(id(i), ballot(4, 1), granted(ask));
  EXPECT_FALSE(valid(at(1)));
}

TEST_F(LeaseTest, AsksForNoGrantsUntilTheWaitIsOver) {
  Lease lease(settings(), voters_);
  EXPECT_EQ(lease.ask(at(0)).stamp, LeaseStamp{});
  lease.begin(mine_, start(1));
  EXPECT_EQ(lease.ask(at(0)).stamp, LeaseStamp{});
  lease.open();
  EXPECT_NE(lease.ask(at(0)).stamp, LeaseStamp{});
}

TEST_F(LeaseTest, PublishesNothingUntilTheWaitIsOver) {
  renew(at(0));
  const LeaseAsk ask = lease_.ask(at(5));
  const Ballot next = ballot(6, 1);
  lease_.begin(next, start(7));
  EXPECT_EQ(lease_.expiry(), Time{});
  for (std::uint32_t i = 1; i <= 3; ++i) lease_.answer(id(i), next, granted(ask));
  EXPECT_EQ(lease_.expiry(), Time{});
  lease_.open();
  EXPECT_EQ(lease_.expiry(), Time{});
}

TEST_F(LeaseTest, StampsOfAnEarlierBallotNeverCountForALaterOne) {
  const LeaseAsk ask = lease_.ask(at(5));
  const Ballot next = ballot(6, 1);
  lease_.begin(next, start(7));
  lease_.open();
  for (std::uint32_t i = 1; i <= 3; ++i) lease_.answer(id(i), next, granted(ask));
  EXPECT_EQ(lease_.expiry(), Time{});
}

TEST_F(LeaseTest, AVoidDiscardsEveryStampSentBeforeIt) {
  renew(at(0));
  const LeaseAsk in_flight = lease_.ask(at(10));
  lease_.void_lease();
  EXPECT_FALSE(valid(at(11)));
  for (std::uint32_t i = 1; i <= 3; ++i) lease_.answer(id(i), mine_, granted(in_flight));
  EXPECT_FALSE(valid(at(11))) << "an answer in flight must not revive it";
  const LeaseAsk later = lease_.ask(at(12));
  lease_.answer(id(1), mine_, granted(later));
  EXPECT_FALSE(valid(at(13))) << "what voters answered before the void is forgotten as well";
  lease_.answer(id(2), mine_, granted(later));
  EXPECT_EQ(lease_.expiry(), at(72));
}

TEST_F(LeaseTest, AfterItsReleaseABallotNeverHoldsALeaseAgain) {
  renew(at(0));
  lease_.release();
  EXPECT_FALSE(valid(at(1)));
  lease_.open();
  EXPECT_EQ(lease_.ask(at(2)).stamp, LeaseStamp{});
  lease_.begin(mine_, start(7));
  lease_.open();
  EXPECT_EQ(lease_.ask(at(3)).stamp, LeaseStamp{}) << "a resumed ballot";
  renew(at(4), 3);
  EXPECT_FALSE(valid(at(5)));
}

TEST_F(LeaseTest, AfterAReleaseAHigherBallotMayHoldALease) {
  lease_.release();
  const Ballot next = ballot(9, 1);
  lease_.begin(next, start(7));
  lease_.open();
  const LeaseAsk ask = lease_.ask(at(3));
  for (std::uint32_t i = 1; i <= 2; ++i) lease_.answer(id(i), next, granted(ask));
  EXPECT_EQ(lease_.expiry(), at(63));
}

TEST_F(LeaseTest, ALeaderNoMoreHoldsNothing) {
  renew(at(0));
  const LeaseAsk ask = lease_.ask(at(5));
  lease_.end();
  for (std::uint32_t i = 1; i <= 3; ++i) lease_.answer(id(i), mine_, granted(ask));
  EXPECT_FALSE(valid(at(6)));
  EXPECT_EQ(lease_.ask(at(6)).stamp, LeaseStamp{});
}

TEST_F(LeaseTest, WithoutLeasesItAsksForNone) {
  Settings off = settings();
  off.lease = {};
  Lease lease(off, voters_);
  lease.begin(mine_, start(1));
  lease.open();
  EXPECT_EQ(lease.ask(at(0)).stamp, LeaseStamp{});
  EXPECT_FALSE(lease.valid(clock_));
}

TEST_F(LeaseTest, LoadsTheExpiryFirstAndReadsTheClockAfterIt) {
  renew(at(0));
  clock_.time = at(10);
  // The clock is read after the load, so a renewal between the two does not count.
  clock_.on_read = [this] {
    clock_.on_read = nullptr;
    clock_.time = at(65);
    const LeaseAsk ask = lease_.ask(at(20));
    lease_.answer(id(1), mine_, granted(ask));
    lease_.answer(id(2), mine_, granted(ask));
  };
  EXPECT_FALSE(lease_.valid(clock_));
  EXPECT_TRUE(lease_.valid(clock_));
}

TEST_F(LeaseTest, WithoutALeaseTheClockIsNotEvenRead) {
  clock_.on_read = [] { FAIL() << "read the clock"; };
  EXPECT_FALSE(lease_.valid(clock_));
}

TEST_F(LeaseTest, WhatWasGrantedUnderOtherSettingsCountsNoMore) {
  const LeaseAsk before = renew(at(0));
  ASSERT_TRUE(valid(at(59)));
  lease_.decided(ms(1'000), 300'000);
  EXPECT_FALSE(valid(at(0)));
  for (std::uint32_t i = 1; i <= 3; ++i) lease_.answer(id(i), mine_, granted(before));
  EXPECT_FALSE(valid(at(0))) << "an answer that was on its way";
  const LeaseAsk after = lease_.ask(at(1));
  EXPECT_EQ(after.duration_ns, 1'000'000'000u);
  EXPECT_EQ(after.rho_ppm, 300'000u);
  for (std::uint32_t i = 1; i <= 2; ++i) lease_.answer(id(i), mine_, granted(after, 1'000'000'000));
  EXPECT_TRUE(valid(at(1) + lease_span(ms(1'000), 300'000) - Duration{1}));
  EXPECT_FALSE(valid(at(1) + lease_span(ms(1'000), 300'000)));
}

TEST_F(LeaseTest, EndsWhereTheGroupDecidesOnNone) {
  renew(at(0));
  lease_.decided({}, kRho);
  EXPECT_FALSE(valid(at(0)));
  EXPECT_EQ(lease_.ask(at(1)).stamp, LeaseStamp{});
}

}  // namespace
}  // namespace decree::leases
