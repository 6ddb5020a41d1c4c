// Whom a replica follows, when it suspects, and when it is its turn to canvass.
#include <gtest/gtest.h>

#include "tests/leases/omega_fixture.h"

namespace decree::leases {
namespace {

// --- Following and suspecting.

TEST_F(OmegaTest, FollowsTheLeaderItHears) {
  EXPECT_EQ(omega_.leader(), ballot(5, 1));
  EXPECT_FALSE(omega_.suspects());
  EXPECT_EQ(omega_.next_deadline(), at(100));
}

TEST_F(OmegaTest, SuspectsAfterOneTimeoutOfSilenceAndNotBefore) {
  EXPECT_FALSE(tick(at(100) - Duration{1}).canvass);
  EXPECT_FALSE(omega_.suspects());
  EXPECT_TRUE(tick(at(100)).canvass);
  EXPECT_TRUE(omega_.suspects());
  EXPECT_EQ(omega_.leader(), Ballot{});
}

TEST_F(OmegaTest, TimersAreJudgedAfterInput) {
  hear(at(5000));  // waited in a queue while this replica was stopped
  EXPECT_FALSE(tick(at(5000)).canvass);
  EXPECT_FALSE(omega_.suspects());
}

TEST_F(OmegaTest, AnAcceptIsASignOfLife) {
  omega_.sign_of_life(id(1), ballot(5, 1), at(60));
  EXPECT_FALSE(tick(at(159)).canvass);
  EXPECT_TRUE(tick(at(160)).canvass);
}

TEST_F(OmegaTest, AnAcceptOfAHigherBallotIsFollowed) {
  omega_.sign_of_life(id(3), ballot(6, 3), at(60));
  EXPECT_EQ(omega_.leader(), ballot(6, 3));
}

TEST_F(OmegaTest, AnOlderLeaderIsNoSignOfLife) {
  hear(at(60), ballot(4, 3));
  omega_.sign_of_life(id(3), ballot(4, 3), at(60));
  EXPECT_EQ(omega_.leader(), ballot(5, 1));
  EXPECT_TRUE(tick(at(100)).canvass);
}

TEST_F(OmegaTest, NobodySpeaksForAnotherLeader) {
  omega_.sign_of_life(id(3), ballot(6, 4), at(60));
  omega_.sign_of_life(id(9), ballot(6, 9), at(60));
  EXPECT_EQ(omega_.leader(), ballot(5, 1));
}

TEST_F(OmegaTest, AHeartbeatBelowAPromiseIsASignOfLifeAllTheSame) {
  lead(at(102));
  omega_.stepped_down(at(103));
  EXPECT_TRUE(omega_.suspects());
  Omega left_behind(Settings{}, voters_, id(3), 0, at(0));
  left_behind.promised(ballot(9, 4), at(10));
  Heartbeat heartbeat;
  heartbeat.ballot = ballot(5, 1);
  left_behind.heartbeat(id(1), heartbeat, at(20));
  EXPECT_EQ(left_behind.leader(), ballot(5, 1));
}

TEST_F(OmegaTest, AClosedConnectionIsAReasonToSuspectAtOnce) {
  omega_.disconnected(id(1), at(10));
  EXPECT_TRUE(omega_.suspects());
  EXPECT_TRUE(tick(at(10)).canvass);
}

TEST_F(OmegaTest, AClosedConnectionToAnotherIsNone) {
  omega_.disconnected(id(3), at(10));
  EXPECT_FALSE(omega_.suspects());
}

TEST_F(OmegaTest, AHeartbeatClearsTheSuspicionOfAClosedConnection) {
  omega_.disconnected(id(1), at(10));
  tick(at(10));
  hear(at(11));
  EXPECT_FALSE(omega_.suspects());
  EXPECT_EQ(omega_.next_deadline(), at(111));
}

TEST_F(OmegaTest, AReconnectClearsItWhileTheLeaderIsTimely) {
  omega_.disconnected(id(1), at(10));
  omega_.connected(id(1), at(20));
  EXPECT_EQ(omega_.leader(), ballot(5, 1));
  EXPECT_TRUE(tick(at(100)).canvass) << "silent all the same";
  omega_.connected(id(1), at(120));
  EXPECT_TRUE(omega_.suspects()) << "a connection is no heartbeat";
}

TEST_F(OmegaTest, AReconnectDoesNotUndoAPromise) {
  omega_.promised(ballot(8, 3), at(10));
  omega_.connected(id(1), at(20));
  EXPECT_TRUE(omega_.suspects());
  EXPECT_FALSE(willing(4, at(20)));
}

// A leader that was replaced without being seen to die may have been slow only.
TEST_F(OmegaTest, LearnsFromTheSilenceOfALeaderThatWasReplaced) {
  hear(at(150), ballot(6, 3));
  EXPECT_EQ(omega_.next_deadline(), at(150 + 3 * 150));
}

TEST_F(OmegaTest, LearnsNothingFromTheSilenceOfTheDead) {
  omega_.disconnected(id(1), at(10));
  hear(at(150), ballot(6, 3));
  EXPECT_EQ(omega_.next_deadline(), at(250));
}

TEST_F(OmegaTest, LearnsNothingFromTheSilenceOfALeaderThatReleased) {
  omega_.release(id(1), Release{ballot(5, 1), {}}, at(10));
  hear(at(150), ballot(6, 3));
  EXPECT_EQ(omega_.next_deadline(), at(250));
}

// --- Rank.

TEST_F(OmegaTest, KnowsWhyAndSinceWhenThereIsNoLeader) {
  EXPECT_EQ(omega_.doubt(), Doubt::started);
  tick(at(100));
  EXPECT_EQ(omega_.doubt(), Doubt::silent);
  EXPECT_EQ(omega_.doubted_at(), at(100));
  tick(at(150));
  omega_.disconnected(id(1), at(160));
  EXPECT_EQ(omega_.doubt(), Doubt::silent) << "the first reason counts";
  EXPECT_EQ(omega_.doubted_at(), at(100));
  hear(at(170));
  omega_.connected(id(1), at(171));
  omega_.disconnected(id(1), at(172));
  EXPECT_EQ(omega_.doubt(), Doubt::disconnected);
  hear(at(180));
  omega_.promised(ballot(6, 4), at(181));
  EXPECT_EQ(omega_.doubt(), Doubt::deposed);
  hear(at(190), ballot(6, 4));
  omega_.release(id(4), Release{ballot(6, 4), id(2)}, at(191));
  EXPECT_EQ(omega_.doubt(), Doubt::released) << "by the successor too";
  EXPECT_EQ(omega_.doubted_at(), at(191));
}

TEST_F(OmegaTest, WatchesItsLeaderAndNobodyElse) {
  const auto watch = omega_.watch(id(1), at(30));
  ASSERT_TRUE(watch);
  EXPECT_EQ(watch->silent, Duration::millis(30));
  EXPECT_EQ(watch->suspects, Duration::millis(100));
  EXPECT_FALSE(omega_.watch(id(3), at(30)));
  tick(at(100));
  EXPECT_FALSE(omega_.watch(id(1), at(100))) << "it is suspected";
}

TEST_F(OmegaTest, WaitsItsRankBeforeItCanvasses) {
  Heartbeat heartbeat;
  heartbeat.ballot = ballot(5, 1);
  heartbeat.succession = {id(4), id(5), id(2), id(3)};
  omega_.heartbeat(id(1), heartbeat, at(0));
  EXPECT_FALSE(tick(at(100)).canvass);
  EXPECT_TRUE(omega_.suspects());
  EXPECT_EQ(omega_.next_deadline(), at(150));
  EXPECT_FALSE(tick(at(150) - Duration{1}).canvass);
  EXPECT_TRUE(tick(at(150)).canvass);
}

TEST_F(OmegaTest, AWillingAnswerDoesNotResetTheOwnRankTimer) {
  Heartbeat heartbeat;
  heartbeat.ballot = ballot(5, 1);
  heartbeat.succession = {id(4), id(2)};
  omega_.heartbeat(id(1), heartbeat, at(0));
  tick(at(100));
  EXPECT_TRUE(willing(5, at(110)));
  EXPECT_TRUE(willing(3, at(120)));
  EXPECT_TRUE(tick(at(125)).canvass);
}

TEST_F(OmegaTest, ACanvassWithoutAQuorumIsRepeatedWithAnotherRound) {
  const Canvass first = canvassed();
  EXPECT_EQ(omega_.next_deadline(), at(200));
  EXPECT_FALSE(tick(at(200) - Duration{1}).canvass);
  tick(at(200));
  const OmegaActions again = tick(omega_.next_deadline());
  ASSERT_TRUE(again.canvass);
  EXPECT_GT(again.canvass->round, first.round);
}

TEST_F(OmegaTest, ACanvassSaysWhomItFollowedAndWhatItHas) {
  omega_.log_end(Slot{42});
  const Canvass canvass = canvassed();
  EXPECT_EQ(canvass.following, ballot(5, 1));
  EXPECT_EQ(canvass.log_end, Slot{42});
}

}  // namespace
}  // namespace decree::leases
