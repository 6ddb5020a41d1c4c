// Leading, and handing leadership over.
#include <gtest/gtest.h>

#include "tests/leases/omega_fixture.h"

namespace decree::leases {
namespace {

// --- Leading.

TEST_F(OmegaTest, ALeaderSendsHeartbeatsAtOnceAndThenAtTheInterval) {
  lead(at(102));
  EXPECT_EQ(omega_.leader(), mine_);
  EXPECT_TRUE(tick(at(102)).heartbeat);
  EXPECT_EQ(omega_.open_round(at(102)), 1u);
  EXPECT_EQ(omega_.next_deadline(), at(122));
  EXPECT_FALSE(tick(at(122) - Duration{1}).heartbeat);
  EXPECT_TRUE(tick(at(122)).heartbeat);
  EXPECT_EQ(omega_.open_round(at(122)), 2u);
}

TEST_F(OmegaTest, ARoundThatAReadOpenedPutsTheNextHeartbeatOff) {
  lead(at(102));
  omega_.open_round(at(102));
  omega_.open_round(at(115));
  EXPECT_FALSE(tick(at(134)).heartbeat);
  EXPECT_TRUE(tick(at(135)).heartbeat);
}

TEST_F(OmegaTest, TheQuorumRoundIsTheNewestThatAQuorumAnswered) {
  lead(at(102));
  for (int i = 0; i < 3; ++i) omega_.open_round(at(102));
  answer(1, 3, at(103));
  EXPECT_EQ(omega_.quorum_round(), 0u);
  answer(3, 2, at(103));
  EXPECT_EQ(omega_.quorum_round(), 2u);
  answer(4, 1, at(103));
  EXPECT_EQ(omega_.quorum_round(), 2u);
  answer(3, 1, at(104));
  EXPECT_EQ(omega_.quorum_round(), 2u) << "late";
  answer(4, 4, at(105));
  answer(5, 4, at(105));
  EXPECT_EQ(omega_.quorum_round(), 2u) << "a round that was never opened";
  omega_.heartbeat_answer(id(4), HeartbeatAnswer{ballot(6, 2), 3, {}, {}, 0, false, {}}, at(105));
  EXPECT_EQ(omega_.quorum_round(), 2u) << "another ballot";
}

TEST_F(OmegaTest, ALeaderWatchesThoseWhoHaveAnswered) {
  lead(at(102));
  omega_.open_round(at(102));
  EXPECT_FALSE(omega_.watch(id(3), at(103)));
  answer(3, 1, at(103));
  ASSERT_TRUE(omega_.watch(id(3), at(110)));
  EXPECT_EQ(omega_.watch(id(3), at(110))->silent, Duration::millis(7));
}

TEST_F(OmegaTest, ALeaderKnowsWhyItLeadsNoMore) {
  lead(at(102));
  omega_.release(id(2), Release{mine_, id(3)}, at(110));
  EXPECT_EQ(omega_.doubt(), Doubt::released);
}

TEST_F(OmegaTest, FitIsAPeerThatAnswersAndSaysSo) {
  lead(at(102));
  for (const std::uint32_t peer : {1u, 3u}) omega_.connected(id(peer), at(102));
  omega_.open_round(at(102));
  EXPECT_FALSE(omega_.is_fit(id(1), at(103))) << "has not answered yet";
  answer(1, 1, at(103));
  omega_.heartbeat_answer(id(3), HeartbeatAnswer{mine_, 1, {}, {}, 0, true, {}}, at(103));
  answer(4, 1, at(103));
  omega_.disconnected(id(4), at(103));
  EXPECT_TRUE(omega_.is_fit(id(1), at(103)));
  EXPECT_FALSE(omega_.is_fit(id(3), at(103))) << "is impaired";
  EXPECT_FALSE(omega_.is_fit(id(4), at(103))) << "is not connected";
  EXPECT_TRUE(omega_.is_fit(id(1), at(143)));
  EXPECT_FALSE(omega_.is_fit(id(1), at(144))) << "has fallen silent";
  answer(3, 1, at(144));
  EXPECT_TRUE(omega_.is_fit(id(3), at(144))) << "is well again";
  EXPECT_FALSE(omega_.is_fit(id(3), at(144), 1)) << "has not said so since the first round";
  EXPECT_EQ(omega_.newest_round(), 1u);
}

TEST_F(OmegaTest, ALeaderThatHearsNoQuorumForOneTimeoutAbdicates) {
  lead(at(102));
  for (int t = 102; t <= 1000; t += 20) {
    const std::uint64_t round = omega_.open_round(at(t));
    answer(1, round, at(t + 1));
    if (t <= 802) answer(3, round, at(t + 1));
    EXPECT_EQ(tick(at(t + 1)).resign, t + 1 == 903) << t;
    if (t + 1 == 903) break;
  }
  EXPECT_TRUE(omega_.suspects());
  EXPECT_EQ(omega_.doubt(), Doubt::no_quorum);
  EXPECT_FALSE(tick(at(904)).heartbeat) << "silent";
  EXPECT_EQ(omega_.next_deadline(), at(903 + 4 * 25)) << "and the last to canvass";
}

TEST_F(OmegaTest, ALeaderThatStoodStillAsksBeforeItTakesThatForSilence) {
  lead(at(102));
  for (int t = 102; t <= 802; t += 20) {
    const std::uint64_t round = omega_.open_round(at(t));
    answer(1, round, at(t + 1));
    answer(3, round, at(t + 1));
  }
  const OmegaActions actions = tick(at(2000));
  EXPECT_FALSE(actions.resign) << "all have answered what they were asked";
  EXPECT_TRUE(actions.heartbeat);
  omega_.open_round(at(2000));
  EXPECT_FALSE(tick(at(2099)).resign);
  EXPECT_TRUE(tick(at(2100)).resign) << "now they have not";
}

TEST_F(OmegaTest, ALeaderThatStoodStillLearnsNothingOfThat) {
  lead(at(102));
  for (int t = 102; t <= 2000; t = t == 802 ? 2000 : t + 20) {
    const std::uint64_t round = omega_.open_round(at(t));
    answer(1, round, at(t + 1));
    answer(3, round, at(t + 1));
  }
  omega_.open_round(at(2020));
  EXPECT_FALSE(tick(at(2100)).resign);
  EXPECT_TRUE(tick(at(2101)).resign) << "one timeout, as before";
}

TEST_F(OmegaTest, ALeaderThatStoodStillWithAQuestionOpenAbdicates) {
  lead(at(102));
  for (int t = 102; t <= 802; t += 20) {
    const std::uint64_t round = omega_.open_round(at(t));
    answer(1, round, at(t + 1));
    if (t < 802) answer(3, round, at(t + 1));
  }
  EXPECT_TRUE(tick(at(2000)).resign) << "an answer would wait by now";
}

TEST_F(OmegaTest, AHigherLeaderEndsALeadership) {
  lead(at(102));
  hear(at(110), ballot(9, 3));
  const OmegaActions actions = tick(at(110));
  EXPECT_TRUE(actions.resign);
  EXPECT_FALSE(actions.heartbeat);
  EXPECT_EQ(omega_.leader(), ballot(9, 3));
}

TEST_F(OmegaTest, ALeaderIsNotItsOwnFollower) {
  lead(at(102));
  hear(at(103), mine_);
  omega_.sign_of_life(id(2), mine_, at(103));
  EXPECT_FALSE(tick(at(103)).resign);
  EXPECT_EQ(omega_.leader(), mine_);
}

TEST_F(OmegaTest, LeadingEndsTheBackingOff) {
  tick(at(100));
  tick(at(200));  // canvassed in vain
  const OmegaActions actions = tick(at(200));
  ASSERT_TRUE(actions.canvass);
  for (const std::uint32_t peer : {3u, 4u}) {
    omega_.canvass_answer(id(peer), {actions.canvass->round, true, {}});
  }
  ASSERT_TRUE(tick(at(201)).campaign);
  omega_.promised(mine_, at(201));
  omega_.became_leader(mine_, at(202));
  omega_.stepped_down(at(203));
  EXPECT_EQ(omega_.next_deadline(), at(203 + 4 * 25)) << "the last of five";
}

TEST_F(OmegaTest, AHeartbeatBelowTheOwnBallotIsIgnoredByALeader) {
  lead(at(102));
  hear(at(103));
  EXPECT_EQ(omega_.leader(), mine_);
}

TEST_F(OmegaTest, TheSuccessionFollowsWhatPeersSayOfThemselves) {
  lead(at(102));
  omega_.open_round(at(102));
  omega_.heartbeat_answer(id(5), {mine_, 1, Slot{10}, {}, 0, false, {}}, at(103));
  omega_.heartbeat_answer(id(4), {mine_, 1, Slot{2}, {}, 3, false, {}}, at(103));
  const Succession list = omega_.successors();
  EXPECT_EQ(list.at(0), id(4));
  EXPECT_EQ(list.at(1), id(5));
  EXPECT_EQ(list.at(2), id(1));
  EXPECT_EQ(list.at(3), id(3));
  EXPECT_EQ(list.at(4), ReplicaId{});
}

// --- Hand-over.

TEST_F(OmegaTest, TheNamedSuccessorCampaignsAtOnceWithoutACanvass) {
  omega_.release(id(1), Release{ballot(5, 1), id(2)}, at(50));
  const OmegaActions actions = tick(at(50));
  ASSERT_TRUE(actions.campaign);
  EXPECT_EQ(actions.campaign->hand_over, ballot(5, 1));
  EXPECT_FALSE(actions.canvass);
}

TEST_F(OmegaTest, ADuplicateReleaseStartsNothingAgain) {
  omega_.release(id(1), Release{ballot(5, 1), id(2)}, at(50));
  tick(at(50));
  omega_.release(id(1), Release{ballot(5, 1), id(2)}, at(51));
  EXPECT_FALSE(tick(at(51)).campaign);
}

TEST_F(OmegaTest, OthersLeaveTheSuccessorOneTimeout) {
  omega_.release(id(1), Release{ballot(5, 1), id(3)}, at(50));
  EXPECT_FALSE(willing(4, at(60)));
  EXPECT_TRUE(willing(3, at(60)));
  EXPECT_TRUE(takes(ballot(8, 3), ballot(5, 1)));
  EXPECT_FALSE(tick(at(149)).canvass);
  EXPECT_TRUE(tick(at(150)).canvass);
}

TEST_F(OmegaTest, AReleaseWithoutSuccessorIsAReasonToSuspectAtOnce) {
  omega_.release(id(1), Release{ballot(5, 1), {}}, at(50));
  EXPECT_TRUE(tick(at(50)).canvass);
}

TEST_F(OmegaTest, NothingOfAReleasedBallotIsASignOfLife) {
  omega_.release(id(1), Release{ballot(5, 1), {}}, at(50));
  hear(at(51));
  omega_.sign_of_life(id(1), ballot(5, 1), at(51));
  omega_.connected(id(1), at(51));
  EXPECT_TRUE(omega_.suspects());
  hear(at(52), ballot(6, 1));
  EXPECT_FALSE(omega_.suspects());
}

TEST_F(OmegaTest, AReleaseOfAnOlderBallotOrInAnothersNameIsIgnored) {
  omega_.release(id(3), Release{ballot(4, 3), id(2)}, at(50));
  omega_.release(id(3), Release{ballot(5, 1), id(2)}, at(50));
  EXPECT_FALSE(tick(at(50)).campaign);
  EXPECT_EQ(omega_.leader(), ballot(5, 1));
}

TEST_F(OmegaTest, ALeaderThatReleasesResignsAndLeavesTheSuccessorAlone) {
  lead(at(102));
  omega_.release(id(2), Release{mine_, id(4)}, at(110));
  EXPECT_TRUE(tick(at(110)).resign);
  EXPECT_TRUE(omega_.suspects());
  EXPECT_TRUE(takes(ballot(8, 4), mine_));
  EXPECT_FALSE(willing(3, at(111)));
}

TEST_F(OmegaTest, AReleaseEndsACampaignThatIsNotItsSuccessors) {
  ASSERT_TRUE(campaigned());
  omega_.promised(mine_, at(101));
  omega_.release(id(3), Release{ballot(8, 3), id(4)}, at(102));
  EXPECT_TRUE(tick(at(102)).resign);
}

}  // namespace
}  // namespace decree::leases
