// Whom a replica is willing to help, and whose prepares it takes.
#include <gtest/gtest.h>

#include "tests/leases/omega_fixture.h"

namespace decree::leases {
namespace {

// --- Willingness.

TEST_F(OmegaTest, UnwillingWhileItHearsItsLeader) {
  EXPECT_FALSE(willing(3, at(50)));
  EXPECT_FALSE(takes(ballot(8, 3)));
}

TEST_F(OmegaTest, WillingWhenItSuspectsToo) {
  EXPECT_TRUE(willing(3, at(100)));
  EXPECT_TRUE(takes(ballot(8, 3)));
}

TEST_F(OmegaTest, WillingAtOnceWhenTheConnectionToTheLeaderClosed) {
  omega_.disconnected(id(1), at(10));
  EXPECT_TRUE(willing(3, at(10)));
}

TEST_F(OmegaTest, WillingWhateverTheCanvassersLog) {
  omega_.log_end(Slot{1000});
  tick(at(100));
  omega_.canvass(id(3), Canvass{1, {}, Slot{1}}, at(101));
  const OmegaActions actions = tick(at(101));
  ASSERT_EQ(actions.answers.size(), 1u);
  EXPECT_TRUE(actions.answers.front().answer.willing);
}

TEST_F(OmegaTest, SaysSoWhenItBecomesWillingWhileTheCanvassIsOpen) {
  EXPECT_FALSE(willing(3, at(99)));
  const OmegaActions actions = tick(at(100));
  ASSERT_EQ(actions.answers.size(), 1u);
  EXPECT_EQ(actions.answers.front().to, id(3));
  EXPECT_EQ(actions.answers.front().answer.round, asked_);
  EXPECT_TRUE(actions.answers.front().answer.willing);
  EXPECT_TRUE(tick(at(101)).answers.empty()) << "once";
}

TEST_F(OmegaTest, ForgetsACanvassAfterOneCap) {
  for (int t = 0; t <= 560; t += 20) hear(at(t));
  EXPECT_FALSE(willing(3, at(60)));
  EXPECT_TRUE(tick(at(560)).answers.empty());
  EXPECT_TRUE(tick(at(700)).answers.empty());
  EXPECT_TRUE(omega_.suspects());
}

TEST_F(OmegaTest, OnlyTheLastCanvassOfAReplicaIsAnswered) {
  omega_.canvass(id(3), Canvass{7, {}, {}}, at(50));
  omega_.canvass(id(3), Canvass{8, {}, {}}, at(50));
  const OmegaActions actions = tick(at(50));
  ASSERT_EQ(actions.answers.size(), 1u);
  EXPECT_EQ(actions.answers.front().answer.round, 8u);
}

TEST_F(OmegaTest, StrangersAreNotAnswered) {
  tick(at(100));
  omega_.canvass(id(9), Canvass{1, {}, {}}, at(101));
  omega_.canvass(id(2), Canvass{1, {}, {}}, at(101));
  EXPECT_TRUE(tick(at(101)).answers.empty());
  EXPECT_FALSE(takes(ballot(9, 9)));
}

TEST_F(OmegaTest, UnwillingUntilItHasListenedForOneCap) {
  Omega fresh(Settings{}, voters_, id(3), 0, at(0));
  fresh.canvass(id(2), Canvass{1, {}, {}}, at(499));
  fresh.tick(at(499));
  OmegaActions actions = fresh.take_actions();
  ASSERT_EQ(actions.answers.size(), 1u);
  EXPECT_FALSE(actions.answers.front().answer.willing);
  EXPECT_FALSE(actions.canvass);
  EXPECT_FALSE(fresh.may_promise(id(2), prepare(mine_)));
  EXPECT_EQ(fresh.next_deadline(), at(500));
  fresh.tick(at(500));
  actions = fresh.take_actions();
  ASSERT_EQ(actions.answers.size(), 1u);
  EXPECT_TRUE(actions.answers.front().answer.willing);
  EXPECT_TRUE(fresh.may_promise(id(2), prepare(mine_)));
  EXPECT_FALSE(actions.canvass) << "1 and 2 go first";
  EXPECT_EQ(fresh.next_deadline(), at(550));
}

TEST_F(OmegaTest, ALeaderThatDiesWhileAReplicaListensDoesNotMakeItWilling) {
  Omega fresh(Settings{}, voters_, id(3), 0, at(0));
  Heartbeat heartbeat;
  heartbeat.ballot = ballot(5, 1);
  fresh.heartbeat(id(1), heartbeat, at(10));
  fresh.disconnected(id(1), at(20));
  fresh.canvass(id(2), Canvass{1, {}, {}}, at(30));
  fresh.tick(at(30));
  const OmegaActions actions = fresh.take_actions();
  ASSERT_EQ(actions.answers.size(), 1u);
  EXPECT_FALSE(actions.answers.front().answer.willing);
}

TEST_F(OmegaTest, ASingleVoterHasNobodyToListenTo) {
  const Voters one = voters(1);
  Omega alone(Settings{}, one, id(1), 0, at(0));
  alone.tick(at(0));
  EXPECT_TRUE(alone.take_actions().campaign);
  alone.promised(ballot(1, 1), at(0));
  alone.became_leader(ballot(1, 1), at(0));
  alone.tick(at(60'000));
  EXPECT_FALSE(alone.take_actions().resign) << "it is its own quorum";
  alone.open_round(at(60'000));
  EXPECT_EQ(alone.quorum_round(), 1u);
}

TEST_F(OmegaTest, HavingPromisedItIsUnwillingToOthersForOneTimeout) {
  tick(at(100));
  omega_.promised(ballot(8, 3), at(110));
  EXPECT_FALSE(willing(4, at(150)));
  EXPECT_FALSE(takes(ballot(9, 4)));
  EXPECT_TRUE(takes(ballot(8, 3)));
  EXPECT_TRUE(takes(ballot(9, 3))) << "the same candidate with a higher ballot";
  EXPECT_FALSE(willing(4, at(210) - Duration{1}));
  EXPECT_TRUE(willing(4, at(210)));
  EXPECT_TRUE(takes(ballot(9, 4)));
}

TEST_F(OmegaTest, HavingPromisedItGivesTheCandidateOneTimeout) {
  tick(at(90));
  omega_.disconnected(id(1), at(95));
  omega_.promised(ballot(8, 3), at(95));
  EXPECT_FALSE(tick(at(195) - Duration{1}).canvass);
  EXPECT_TRUE(tick(at(195)).canvass);
}

// --- Prepares.

TEST_F(OmegaTest, TheLeaderItFollowsIsNeverRefused) {
  EXPECT_TRUE(takes(ballot(40, 1)));
  const Ballot stranger{40, id(1), Incarnation{999}};
  EXPECT_FALSE(takes(stranger));
  omega_.promised(ballot(40, 1), at(10));
  EXPECT_EQ(omega_.leader(), ballot(5, 1)) << "it goes on leading";
}

TEST_F(OmegaTest, AHandOverIsTakenWithoutSuspicion) {
  EXPECT_TRUE(takes(ballot(8, 3), ballot(5, 1)));
  EXPECT_TRUE(takes(ballot(8, 3), ballot(6, 4))) << "newer than what it follows";
  EXPECT_FALSE(takes(ballot(8, 3), ballot(4, 4))) << "older than what it follows";
  EXPECT_FALSE(takes(ballot(8, 3), ballot(8, 3))) << "of itself";
}

TEST_F(OmegaTest, NobodyPreparesForAnother) {
  tick(at(100));
  EXPECT_FALSE(omega_.may_promise(id(3), prepare(ballot(8, 4))));
  EXPECT_TRUE(omega_.may_promise(id(2), prepare(mine_)));
}

TEST_F(OmegaTest, ALeaderRefusesCandidates) {
  lead(at(102));
  EXPECT_FALSE(takes(ballot(8, 3)));
  EXPECT_TRUE(takes(ballot(8, 3), mine_)) << "but for its own hand-over";
}

}  // namespace
}  // namespace decree::leases
