// From the canvass to the end of a campaign.
#include <gtest/gtest.h>

#include <vector>

#include "tests/leases/omega_fixture.h"

namespace decree::leases {
namespace {

TEST_F(OmegaTest, AQuorumOfWillingAnswersItselfIncludedStartsPhaseOne) {
  const Canvass canvass = canvassed();
  omega_.canvass_answer(id(3), {canvass.round, true, ballot(6, 4)});
  EXPECT_FALSE(tick(at(101)).campaign);
  omega_.canvass_answer(id(4), {canvass.round, true, ballot(5, 1)});
  const auto campaign = tick(at(102)).campaign;
  ASSERT_TRUE(campaign);
  EXPECT_EQ(campaign->above, ballot(6, 4));
  EXPECT_EQ(campaign->hand_over, Ballot{});
  EXPECT_FALSE(tick(at(103)).campaign) << "once";
}

TEST_F(OmegaTest, OnlyWillingAnswersOfDistinctVotersToThisRoundCount) {
  const Canvass canvass = canvassed();
  omega_.canvass_answer(id(3), {canvass.round, true, {}});
  omega_.canvass_answer(id(3), {canvass.round, true, {}});
  omega_.canvass_answer(id(2), {canvass.round, true, {}});
  omega_.canvass_answer(id(9), {canvass.round, true, {}});
  omega_.canvass_answer(id(4), {canvass.round, false, {}});
  omega_.canvass_answer(id(5), {canvass.round - 1, true, {}});
  EXPECT_FALSE(tick(at(101)).campaign);
}

TEST_F(OmegaTest, AHeartbeatInTheSameTurnEndsTheCanvass) {
  const Canvass canvass = canvassed();
  omega_.canvass_answer(id(3), {canvass.round, true, {}});
  omega_.canvass_answer(id(4), {canvass.round, true, {}});
  hear(at(101));
  EXPECT_FALSE(tick(at(101)).campaign);
}

TEST_F(OmegaTest, APhaseOneWithoutProgressForOneTimeoutIsGivenUp) {
  ASSERT_TRUE(campaigned());
  omega_.promised(mine_, at(101));
  EXPECT_FALSE(tick(at(201) - Duration{1}).resign);
  const OmegaActions actions = tick(at(201));
  EXPECT_TRUE(actions.resign);
  EXPECT_TRUE(omega_.suspects());
  EXPECT_TRUE(actions.canvass) << "again, as the first successor at once";
}

TEST_F(OmegaTest, TheTimeoutOfPhaseOneMeasuresProgress) {
  ASSERT_TRUE(campaigned());
  omega_.campaign_progress(at(190));
  EXPECT_FALSE(tick(at(201)).resign);
  EXPECT_TRUE(tick(at(290)).resign);
}

TEST_F(OmegaTest, ACandidateThatCannotWinAnyMoreGivesUpAtOnce) {
  ASSERT_TRUE(campaigned());
  omega_.promised(mine_, at(101));
  const Refused refused{mine_, mine_};
  omega_.refused(id(1), refused, at(102));
  omega_.refused(id(3), refused, at(102));
  omega_.refused(id(3), refused, at(102));
  omega_.refused(id(4), Refused{ballot(6, 2), ballot(6, 4)}, at(102));
  EXPECT_FALSE(tick(at(102)).resign) << "three of five may still promise";
  omega_.refused(id(4), refused, at(103));
  EXPECT_TRUE(tick(at(103)).resign);
}

/// Found by the simulator: promises in the same turn as the refusals, and the leader resigned.
TEST_F(OmegaTest, WhatIsGivenUpAndWonInTheSameTurnIsWon) {
  ASSERT_TRUE(campaigned());
  omega_.promised(mine_, at(101));
  const Refused refused{mine_, mine_};
  for (const std::uint32_t peer : {1u, 3u, 4u}) omega_.refused(id(peer), refused, at(102));
  omega_.became_leader(mine_, at(102));
  const OmegaActions actions = tick(at(102));
  EXPECT_FALSE(actions.resign);
  EXPECT_TRUE(actions.heartbeat);
}

/// Found by the simulator: a hand-over arrived with the last promise of a campaign of its own.
TEST_F(OmegaTest, WhoIsHandedWhatItHasJustWonKeepsIt) {
  ASSERT_TRUE(campaigned());
  omega_.promised(mine_, at(101));
  omega_.release(id(1), Release{ballot(5, 1), id(2)}, at(102));
  omega_.became_leader(mine_, at(102));
  EXPECT_FALSE(tick(at(102)).campaign);
}

TEST_F(OmegaTest, AHandOverIsVoidOnceAnotherLeads) {
  omega_.release(id(1), Release{ballot(5, 1), id(2)}, at(10));
  hear(at(10), ballot(6, 3));
  EXPECT_FALSE(tick(at(10)).campaign);
}

TEST_F(OmegaTest, OfTwoCandidatesTheLowerYields) {
  ASSERT_TRUE(campaigned());
  omega_.promised(mine_, at(101));
  EXPECT_FALSE(takes(ballot(7, 1)));
  EXPECT_TRUE(takes(ballot(7, 3)));
  omega_.promised(ballot(7, 3), at(102));
  EXPECT_TRUE(tick(at(102)).resign);
  EXPECT_FALSE(takes(ballot(8, 4))) << "it has promised";
}

TEST_F(OmegaTest, ALeadersHeartbeatBelowTheCampaignDoesNotEndIt) {
  ASSERT_TRUE(campaigned());
  omega_.promised(mine_, at(101));
  hear(at(102));
  EXPECT_FALSE(tick(at(102)).resign);
  hear(at(180));
  EXPECT_TRUE(tick(at(201)).resign);
  EXPECT_EQ(omega_.leader(), ballot(5, 1)) << "it has come back meanwhile";
}

TEST_F(OmegaTest, ALeaderAboveTheCampaignEndsIt) {
  ASSERT_TRUE(campaigned());
  omega_.promised(mine_, at(101));
  hear(at(102), ballot(8, 3));
  EXPECT_TRUE(tick(at(102)).resign);
  EXPECT_EQ(omega_.leader(), ballot(8, 3));
}

TEST_F(OmegaTest, EachFailureDoublesPatienceAndRankUpToTheCap) {
  tick(at(100));
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 5; ++i) {
    const Time until = omega_.next_deadline();
    tick(until);  // gives up
    EXPECT_TRUE(tick(until).canvass) << "as the first successor at once";
    waits.push_back((omega_.next_deadline() - until).ns / 1'000'000);
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{200, 400, 500, 500, 500}));
}

TEST_F(OmegaTest, AHeartbeatEndsTheBackingOff) {
  for (const int t : {100, 200, 200, 400, 400}) tick(at(t));  // canvasses twice in vain
  Heartbeat heartbeat;
  heartbeat.ballot = ballot(5, 1);
  heartbeat.succession = {id(4), id(2)};
  omega_.heartbeat(id(1), heartbeat, at(450));
  EXPECT_FALSE(tick(at(950)).canvass);
  EXPECT_TRUE(omega_.suspects());
  EXPECT_EQ(omega_.next_deadline(), at(950 + 25)) << "one rank";
}

// It led a moment ago, so the leader that it followed last is timely: itself.
TEST(OmegaOfThree, ALostCampaignDoesNotMakeALeaderThatAbdicatedFollowItself) {
  const Voters three = voters(3);
  Omega omega(Settings{}, three, id(2), 0, at(-1000));
  const auto campaigns = [&](Time now) {
    omega.tick(now);
    const OmegaActions actions = omega.take_actions();
    if (!actions.canvass) return false;
    omega.canvass_answer(id(3), {actions.canvass->round, true, {}});
    omega.tick(now);
    return omega.take_actions().campaign.has_value();
  };
  ASSERT_TRUE(campaigns(at(0)));
  omega.promised(ballot(7, 2), at(1));
  omega.became_leader(ballot(7, 2), at(2));
  omega.stepped_down(at(3));
  ASSERT_TRUE(campaigns(at(53))) << "as the last of three";
  omega.promised(ballot(8, 2), at(54));
  for (const std::uint32_t peer : {1u, 3u}) {
    omega.refused(id(peer), Refused{ballot(8, 2), ballot(8, 2)}, at(55));
  }
  omega.tick(at(55));
  EXPECT_TRUE(omega.take_actions().resign);
  EXPECT_EQ(omega.leader(), Ballot{});
}

}  // namespace
}  // namespace decree::leases
