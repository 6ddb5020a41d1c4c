#include "leases/omega.h"

#include <gtest/gtest.h>

#include "tests/leases/times.h"

namespace decree::leases {
namespace {

/// Replica 2 of five, leader 1 with ballot (5, 1), once it has listened.
class OmegaTest : public ::testing::Test {
 protected:
  OmegaTest() {
    for (std::uint32_t i = 1; i <= 5; ++i) omega_.connected(id(i), at(-1000));
    omega_.tick(at(-500));
    omega_.take_actions();
    hear(at(0));
  }

  void hear(Time now, const Ballot& of = ballot(5, 1)) {
    Heartbeat heartbeat;
    heartbeat.ballot = of;
    for (std::uint32_t i = 0; i < 4; ++i) heartbeat.succession.at(i) = id(i + 2);
    omega_.heartbeat(of.replica, heartbeat, now);
  }
  OmegaActions tick(Time now) {
    omega_.tick(now);
    return omega_.take_actions();
  }
  /// Asks for this replica's willingness; true if it says yes at `now`.
  bool willing(std::uint32_t candidate, Time now) {
    omega_.canvass(id(candidate), Canvass{++asked_, {}, {}}, now);
    for (const auto& [to, answer] : tick(now).answers) {
      if (to == id(candidate) && answer.round == asked_) return answer.willing;
    }
    ADD_FAILURE() << "no answer";
    return false;
  }
  static Prepare prepare(const Ballot& of, const Ballot& hand_over = {}) {
    return Prepare{of, {}, {}, hand_over};
  }
  bool takes(const Ballot& of, const Ballot& hand_over = {}) {
    return omega_.may_promise(of.replica, prepare(of, hand_over));
  }
  /// The leader has been silent for one timeout and this replica has just canvassed.
  Canvass canvassed() {
    const OmegaActions actions = tick(at(100));
    EXPECT_TRUE(actions.canvass);
    return actions.canvass.value_or(Canvass{});
  }
  std::optional<Campaign> campaigned() {
    const Canvass canvass = canvassed();
    omega_.canvass_answer(id(3), {canvass.round, true, ballot(6, 4)});
    omega_.canvass_answer(id(4), {canvass.round, true, ballot(5, 1)});
    return tick(at(101)).campaign;
  }
  void lead(Time now) {
    campaigned();
    omega_.promised(mine_, at(101));
    omega_.became_leader(mine_, now);
  }
  void answer(std::uint32_t from, std::uint64_t round, Time now) {
    omega_.heartbeat_answer(id(from), HeartbeatAnswer{mine_, round, {}, {}}, now);
  }

  const Ballot mine_ = ballot(7, 2);
  Voters voters_ = voters(5);
  Omega omega_{Settings{}, voters_, id(2), 0, at(-1000)};
  std::uint64_t asked_ = 0;
};

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

// --- Rank.

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

// --- Canvass and campaign.

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
  omega_.heartbeat_answer(id(4), HeartbeatAnswer{ballot(6, 2), 3, {}, {}}, at(105));
  EXPECT_EQ(omega_.quorum_round(), 2u) << "another ballot";
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
  EXPECT_FALSE(tick(at(904)).heartbeat) << "silent";
  EXPECT_EQ(omega_.next_deadline(), at(903 + 4 * 25)) << "and the last to canvass";
}

TEST_F(OmegaTest, AHigherLeaderEndsALeadership) {
  lead(at(102));
  hear(at(110), ballot(9, 3));
  const OmegaActions actions = tick(at(110));
  EXPECT_TRUE(actions.resign);
  EXPECT_FALSE(actions.heartbeat);
  EXPECT_EQ(omega_.leader(), ballot(9, 3));
}

TEST_F(OmegaTest, AHeartbeatBelowTheOwnBallotIsIgnoredByALeader) {
  lead(at(102));
  hear(at(103));
  EXPECT_EQ(omega_.leader(), mine_);
}

TEST_F(OmegaTest, TheSuccessionFollowsWhatPeersSayOfThemselves) {
  lead(at(102));
  omega_.open_round(at(102));
  omega_.heartbeat_answer(id(5), {mine_, 1, Slot{10}, {}, 0}, at(103));
  omega_.heartbeat_answer(id(4), {mine_, 1, Slot{2}, {}, 3}, at(103));
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
