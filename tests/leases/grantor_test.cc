#include "leases/grantor.h"

#include <gtest/gtest.h>

#include "tests/leases/times.h"

namespace decree::leases {
namespace {

constexpr std::uint32_t kRho = 110'000;

Settings settings(Duration lease = ms(100)) {
  Settings settings;
  settings.lease = lease;
  settings.rho_ppm = kRho;
  return settings;
}

LeaseAsk ask(std::uint64_t stamp, std::uint64_t start_number = 1, Duration lease = ms(100),
             std::uint32_t rho = kRho) {
  return {LeaseStamp{stamp}, static_cast<std::uint64_t>(lease.ns), rho, start(start_number)};
}

constexpr std::uint64_t kGranted = 100'000'000;

/// T is durable, and the restart is so long ago that nothing is left of it.
class GrantorTest : public ::testing::Test {
 protected:
  Grantor grantor_{settings(), ms(100), at(-1000)};
};

TEST_F(GrantorTest, AnswersTheStampWithHowLongItRemembers) {
  const LeaseEcho echo = grantor_.take(ballot(3, 1), ask(77), at(0));
  EXPECT_EQ(echo.stamp.value, 77u);
  EXPECT_EQ(echo.granted_ns, kGranted);
}

TEST_F(GrantorTest, RemembersFromReceiptForT) {
  grantor_.take(ballot(3, 1), ask(77), at(0));
  EXPECT_EQ(grantor_.remainder(ballot(4, 2), start(1), at(0)), ms(100));
  EXPECT_EQ(grantor_.remainder(ballot(4, 2), start(1), at(40)), ms(60));
  EXPECT_EQ(grantor_.remainder(ballot(4, 2), start(1), at(100) - Duration{1}), Duration{1});
  EXPECT_EQ(grantor_.remainder(ballot(4, 2), start(1), at(100)), Duration{});
  EXPECT_EQ(grantor_.remainder(ballot(4, 2), start(1), at(101)), Duration{});
}

TEST_F(GrantorTest, RenewsFromTheNewestReceipt) {
  grantor_.take(ballot(3, 1), ask(77), at(0));
  grantor_.take(ballot(3, 1), ask(97), at(20));
  EXPECT_EQ(grantor_.remainder(ballot(4, 2), start(1), at(50)), ms(70));
}

TEST_F(GrantorTest, GrantsNothingToWhomAsksForNothing) {
  EXPECT_EQ(grantor_.take(ballot(3, 1), ask(0), at(0)).granted_ns, 0u);
  EXPECT_EQ(grantor_.remainder(ballot(4, 2), start(1), at(0)), Duration{});
}

TEST_F(GrantorTest, GrantsFromThePrepareOnOnlyToItsBallotOrHigher) {
  grantor_.promised(ballot(5, 2));
  EXPECT_EQ(grantor_.take(ballot(4, 3), ask(1), at(0)).granted_ns, 0u);
  EXPECT_EQ(grantor_.take(ballot(5, 1), ask(1), at(0)).granted_ns, 0u);
  EXPECT_EQ(grantor_.remainder(ballot(9, 3), start(1), at(0)), Duration{});
  EXPECT_EQ(grantor_.take(ballot(5, 2), ask(1), at(0)).granted_ns, kGranted);
  EXPECT_EQ(grantor_.take(ballot(6, 1), ask(1), at(0)).granted_ns, kGranted);
}

TEST_F(GrantorTest, AnAcceptOfAHigherBallotRaisesTheFloorEvenIfItAsksForNothing) {
  grantor_.take(ballot(5, 2), ask(0), at(0));
  EXPECT_EQ(grantor_.take(ballot(4, 1), ask(9), at(0)).granted_ns, 0u);
}

TEST_F(GrantorTest, ALowerPrepareDoesNotLowerTheFloor) {
  grantor_.promised(ballot(5, 2));
  grantor_.promised(ballot(4, 1));
  EXPECT_EQ(grantor_.take(ballot(4, 1), ask(1), at(0)).granted_ns, 0u);
}

TEST_F(GrantorTest, OlderGrantsStayAfterAPrepare) {
  grantor_.take(ballot(3, 1), ask(77), at(0));
  grantor_.promised(ballot(5, 2));
  EXPECT_EQ(grantor_.remainder(ballot(5, 2), start(1), at(10)), ms(90));
}

TEST_F(GrantorTest, ReportsTheLongestOverAllBallots) {
  grantor_.take(ballot(3, 1), ask(1), at(0));
  grantor_.take(ballot(5, 2), ask(1), at(30));
  grantor_.release(ballot(5, 2));
  EXPECT_EQ(grantor_.remainder(ballot(9, 3), start(1), at(40)), ms(60));
  grantor_.take(ballot(6, 3), ask(1), at(50));
  EXPECT_EQ(grantor_.remainder(ballot(9, 2), start(1), at(60)), ms(90));
}

TEST_F(GrantorTest, ACandidateIsBarredByTheGrantsToItsOwnEarlierBallots) {
  grantor_.take(ballot(3, 1), ask(1, 4), at(0));
  EXPECT_EQ(grantor_.remainder(ballot(9, 1), start(4), at(40)), ms(60));
}

TEST_F(GrantorTest, AHigherStartOfTheSameIncarnationEndsGrantsToLowerStarts) {
  grantor_.take(ballot(3, 1), ask(1, 4), at(0));
  EXPECT_EQ(grantor_.remainder(ballot(9, 1), start(5), at(40)), Duration{});
  EXPECT_EQ(grantor_.remainder(ballot(9, 2), start(5), at(40)), ms(60)) << "for nobody else";
}

TEST_F(GrantorTest, ALatePrepareOfAnEarlierLifeEndsNoGrantToALaterOne) {
  grantor_.take(ballot(3, 1), ask(1, 4), at(0));
  EXPECT_EQ(grantor_.remainder(ballot(9, 1), start(3), at(40)), ms(60));
}

TEST_F(GrantorTest, AStrangerWithTheSameIdEndsNothing) {
  grantor_.take(ballot(3, 1), ask(1, 4), at(0));
  const Ballot stranger{9, id(1), Incarnation{999}};
  EXPECT_EQ(grantor_.remainder(stranger, start(5), at(40)), ms(60));
}

TEST_F(GrantorTest, AnotherReplicaWithTheSameIncarnationEndsNothing) {
  grantor_.take(ballot(3, 1), ask(1, 4), at(0));
  const Ballot other{9, id(2), Incarnation{1}};
  EXPECT_EQ(grantor_.remainder(other, start(5), at(40)), ms(60));
}

TEST_F(GrantorTest, ALaterLifesOwnGrantCountsBesideAnEarlierOnes) {
  grantor_.take(ballot(3, 1), ask(1, 4), at(0));
  grantor_.take(ballot(5, 1), ask(1, 5), at(10));
  EXPECT_EQ(grantor_.remainder(ballot(9, 1), start(5), at(20)), ms(90));
}

TEST_F(GrantorTest, AReleaseClearsItsOwnBallotsGrantOnly) {
  grantor_.take(ballot(3, 1), ask(1), at(0));
  grantor_.take(ballot(5, 2), ask(1), at(10));
  grantor_.release(ballot(3, 1));
  EXPECT_EQ(grantor_.remainder(ballot(9, 3), start(1), at(20)), ms(90));
  grantor_.release(ballot(5, 2));
  EXPECT_EQ(grantor_.remainder(ballot(9, 3), start(1), at(20)), Duration{});
}

TEST_F(GrantorTest, AReleaseClearsNotEvenAnOlderBallotsGrant) {
  grantor_.take(ballot(3, 1), ask(1), at(0));
  grantor_.release(ballot(5, 2));
  EXPECT_EQ(grantor_.remainder(ballot(9, 3), start(1), at(20)), ms(80));
}

TEST_F(GrantorTest, AReleasedBallotGetsNoGrantEvenFromALateHeartbeat) {
  grantor_.take(ballot(3, 1), ask(1), at(0));
  grantor_.release(ballot(3, 1));
  EXPECT_EQ(grantor_.take(ballot(3, 1), ask(2), at(10)).granted_ns, 0u);
  EXPECT_EQ(grantor_.remainder(ballot(9, 3), start(1), at(10)), Duration{});
  EXPECT_EQ(grantor_.take(ballot(4, 1), ask(3), at(10)).granted_ns, kGranted);
}

TEST_F(GrantorTest, ALateReleaseOfALowerBallotForgetsNoHigherRelease) {
  grantor_.release(ballot(5, 1));
  grantor_.release(ballot(3, 2));
  EXPECT_EQ(grantor_.take(ballot(5, 1), ask(2), at(10)).granted_ns, 0u);
}

TEST_F(GrantorTest, DisagreeingAboutTOrRhoLosesTheGrant) {
  EXPECT_EQ(grantor_.take(ballot(3, 1), ask(1, 1, ms(101)), at(0)).granted_ns, 0u);
  EXPECT_EQ(grantor_.take(ballot(3, 1), ask(1, 1, ms(99)), at(0)).granted_ns, 0u);
  EXPECT_EQ(grantor_.take(ballot(3, 1), ask(1, 1, ms(100), kRho - 1), at(0)).granted_ns, 0u);
  EXPECT_EQ(grantor_.remainder(ballot(9, 3), start(1), at(0)), Duration{});
  EXPECT_EQ(grantor_.take(ballot(3, 1), ask(1), at(0)).granted_ns, kGranted);
}

TEST_F(GrantorTest, GrantsByWhatWasDecidedLast) {
  grantor_.decided(ms(60), kRho + 1);
  EXPECT_EQ(grantor_.take(ballot(3, 1), ask(1), at(0)).granted_ns, 0u);
  const LeaseAsk asked = ask(2, 1, ms(60), kRho + 1);
  EXPECT_EQ(grantor_.take(ballot(3, 1), asked, at(0)).granted_ns, 60'000'000u);
  EXPECT_EQ(grantor_.remainder(ballot(4, 2), start(1), at(0)), ms(60));
}

TEST_F(GrantorTest, AShorterTShortensNothingThatWasGranted) {
  grantor_.take(ballot(3, 1), ask(1), at(0));
  grantor_.decided(ms(10), kRho);
  EXPECT_EQ(grantor_.remainder(ballot(4, 2), start(1), at(5)), ms(95));
  grantor_.take(ballot(3, 1), ask(2, 1, ms(10)), at(5));
  EXPECT_EQ(grantor_.remainder(ballot(4, 2), start(1), at(5)), ms(95));
  grantor_.take(ballot(3, 1), ask(3, 1, ms(10)), at(99));
  EXPECT_EQ(grantor_.remainder(ballot(4, 2), start(1), at(99)), ms(10));
  EXPECT_EQ(grantor_.longest(), ms(100)) << "what a restart stands by";
}

TEST_F(GrantorTest, ALongerTIsGrantedOnceItIsDurable) {
  grantor_.decided(ms(200), kRho);
  EXPECT_EQ(grantor_.must_persist(), ms(200));
  EXPECT_EQ(grantor_.longest(), ms(200));
  EXPECT_EQ(grantor_.take(ballot(3, 1), ask(1, 1, ms(200)), at(0)).granted_ns, 0u);
  EXPECT_EQ(grantor_.remainder(ballot(4, 2), start(1), at(0)), Duration{});
  grantor_.persisted(ms(200));
  EXPECT_EQ(grantor_.take(ballot(3, 1), ask(2, 1, ms(200)), at(0)).granted_ns, 200'000'000u);
}

TEST(GrantorStartTest, WithoutLeasesNothingIsGrantedAndNothingNeedsToBeDurable) {
  Grantor grantor(settings(ms(0)), ms(0), at(0));
  EXPECT_EQ(grantor.must_persist(), std::nullopt);
  EXPECT_EQ(grantor.take(ballot(3, 1), ask(1, 1, ms(0)), at(0)).granted_ns, 0u);
  EXPECT_EQ(grantor.remainder(ballot(9, 3), start(1), at(0)), Duration{});
}

TEST(GrantorStartTest, TheLongestTIsDurableBeforeItIsGranted) {
  Grantor grantor(settings(), ms(99), at(-1000));
  EXPECT_EQ(grantor.must_persist(), ms(100));
  EXPECT_EQ(grantor.take(ballot(3, 1), ask(1), at(0)).granted_ns, 0u);
  EXPECT_EQ(grantor.remainder(ballot(9, 3), start(1), at(0)), Duration{});
  grantor.persisted(ms(100));
  EXPECT_EQ(grantor.must_persist(), std::nullopt);
  EXPECT_EQ(grantor.take(ballot(3, 1), ask(2), at(0)).granted_ns, kGranted);
}

TEST(GrantorStartTest, AfterARestartTheLongestDurableTBarsEverybodyItselfIncluded) {
  Grantor grantor(settings(), ms(300), at(0));  // T was 300 ms in an earlier life
  EXPECT_EQ(grantor.must_persist(), std::nullopt);
  EXPECT_EQ(grantor.remainder(ballot(9, 2), start(1), at(10)), ms(290));
  EXPECT_EQ(grantor.remainder(ballot(9, 1), start(99), at(10)), ms(290));
  EXPECT_EQ(grantor.remainder(ballot(9, 2), start(1), at(300) - Duration{1}), Duration{1});
  EXPECT_EQ(grantor.remainder(ballot(9, 2), start(1), at(300)), Duration{});
}

TEST(GrantorStartTest, WhatARestartForgotLastsLongerByAClockThatMayBeFasterThanTheGroupsMay) {
  Settings own = settings();
  own.own_rho_ppm = 250'000;
  own.decided_rho_ppm = 0;
  Grantor grantor(own, ms(100), at(0));
  EXPECT_EQ(grantor.remainder(ballot(9, 2), start(1), at(0)), ms(125));
  grantor.clock_fault(at(50));
  EXPECT_EQ(grantor.remainder(ballot(9, 2), start(1), at(50)), ms(125));
}

TEST(GrantorStartTest, AReleaseDoesNotEndWhatARestartForgot) {
  Grantor grantor(settings(), ms(100), at(0));
  grantor.release(ballot(3, 1));
  EXPECT_EQ(grantor.remainder(ballot(9, 2), start(1), at(10)), ms(90));
}

TEST(GrantorStartTest, PersistingANewTDoesNotLengthenWhatARestartForgot) {
  Grantor grantor(settings(), ms(50), at(0));
  grantor.persisted(ms(100));
  EXPECT_EQ(grantor.remainder(ballot(9, 2), start(1), at(10)), ms(40));
}

TEST(GrantorStartTest, AFirstStartBarsNobody) {
  Grantor grantor(settings(), ms(0), at(0));
  EXPECT_EQ(grantor.remainder(ballot(9, 2), start(1), at(0)), Duration{});
}

TEST_F(GrantorTest, AClockFaultRestartsGrantsAtFullT) {
  grantor_.take(ballot(3, 1), ask(1), at(0));
  grantor_.clock_fault(at(70));
  EXPECT_EQ(grantor_.remainder(ballot(9, 2), start(1), at(70)), ms(100));
  EXPECT_EQ(grantor_.remainder(ballot(9, 2), start(1), at(170)), Duration{});
}

TEST_F(GrantorTest, AClockFaultRestartsGrantsThatAForwardJumpMadeLookExpired) {
  grantor_.take(ballot(3, 1), ask(1), at(0));
  grantor_.take(ballot(5, 2), ask(0), at(5000));
  grantor_.take(ballot(5, 2), ask(1), at(5000));  // drops what has expired
  grantor_.release(ballot(5, 2));
  grantor_.clock_fault(at(5010));
  EXPECT_EQ(grantor_.remainder(ballot(9, 3), start(1), at(5010)), ms(100));
}

TEST_F(GrantorTest, AClockFaultCutsGrantsThatABackwardJumpMadeTooLong) {
  grantor_.take(ballot(3, 1), ask(1), at(5000));
  grantor_.clock_fault(at(0));
  EXPECT_EQ(grantor_.remainder(ballot(9, 3), start(1), at(0)), ms(100));
}

TEST(GrantorStartTest, AClockFaultRestartsWhatARestartForgotToo) {
  Grantor grantor(settings(), ms(300), at(0));
  grantor.clock_fault(at(290));
  EXPECT_EQ(grantor.remainder(ballot(9, 2), start(1), at(300)), ms(290));
}

}  // namespace
}  // namespace decree::leases
