// Leaders that are not fit to lead any more, and leading that is handed over.
#include <gtest/gtest.h>

#include <string>
#include <system_error>
#include <vector>

#include "tests/replica/group.h"

namespace decree::replica {
namespace {

using leases::Duration;

class HandOverTest : public testing::Test {
 protected:
  /// A leader that everybody follows and whose peers have answered.
  void start() {
    group_.start_all();
    leader_ = group_.elect();
    ASSERT_NE(leader_, 0u);
    group_.run_for(Duration::millis(300));
  }

  [[nodiscard]] std::uint32_t follower(std::uint32_t n = 1) const {
    return (leader_ + n - 1) % 3 + 1;
  }

  /// Another leads, before `limit`.
  bool another_leads(Duration limit = Duration::millis(5000)) {
    return group_.run_until([&] { return leads_announced() != 0 && leads_announced() != leader_; },
                            limit);
  }

  /// The same, once there is one.
  std::uint32_t leader_now() {
    group_.run_until([&] { return leads_announced() != 0; });
    return leads_announced();
  }

  /// Whose no-op is announced; 0: nobody's.
  [[nodiscard]] std::uint32_t leads_announced() const {
    for (std::uint32_t id = 1; id <= 3; ++id) {
      const auto& events = group_.events(id);
      if (!events.empty() && events.back().kind != LeadershipEvent::Kind::ended) return id;
    }
    return 0;
  }

  std::uint64_t changes_in(Duration time) {
    const Ballot before = group_.engine(leader_now()).status().ballot;
    group_.run_for(time);
    return group_.engine(leader_now()).status().ballot.round - before.round;
  }

  /// A command of the second follower's, done at a leader whose link to it is held from now on.
  OutcomeRef forwarded_without_an_answer() {
    start();
    group_.hold_link(leader_, follower(2), true);
    OutcomeRef forwarded = group_.propose(follower(2), "x");
    EXPECT_TRUE(group_.run_until([&] { return group_.machine(leader_).commands.size() == 1; }));
    return forwarded;
  }

  Group group_{3};
  std::uint32_t leader_ = 0;
};

TEST_F(HandOverTest, NothingFailsAndNothingWaitsForTheOldLease) {
  start();
  std::vector<OutcomeRef> outcomes;
  const auto propose_everywhere = [&] {
    for (std::uint32_t id = 1; id <= 3; ++id) {
      for (int i = 0; i < 20; ++i) outcomes.push_back(group_.propose(id, "x"));
    }
  };
  propose_everywhere();
  const leases::Time before = group_.now();
  EXPECT_FALSE(group_.engine(leader_).hand_over(ReplicaId{follower(2)}));
  propose_everywhere();
  ASSERT_TRUE(another_leads());
  EXPECT_LT((group_.now() - before).ns, Duration::millis(5).ns);
  EXPECT_EQ(leads_announced(), follower(2)) << "the one that was named";
  propose_everywhere();
  ASSERT_TRUE(group_.run_until([&] { return outcomes.back()->answered; }));
  group_.run_for(Duration::millis(100));
  for (const OutcomeRef& outcome : outcomes) {
    ASSERT_TRUE(outcome->answered);
    EXPECT_FALSE(outcome->error) << outcome->error.message();
  }
  EXPECT_EQ(group_.machine(1).commands.size(), outcomes.size()) << "none twice";
}

TEST_F(HandOverTest, ASuccessorThatIsHeardBeforeTheReleaseSpeaksForIt) {
  const OutcomeRef forwarded = forwarded_without_an_answer();
  const std::uint32_t successor = follower(1);
  const std::uint32_t third = follower(2);
  const leases::Time before = group_.now();
  EXPECT_FALSE(group_.engine(leader_).hand_over(ReplicaId{successor}));
  ASSERT_TRUE(
      group_.run_until([&] { return group_.engine(leader_).status().role != Role::leader; }));
  group_.isolate(leader_);  // the successor needs the third, which has not heard of the release
  ASSERT_TRUE(another_leads());
  EXPECT_LT((group_.now() - before).ns, Duration::millis(5).ns) << "nobody waits for the old lease";
  EXPECT_FALSE(forwarded->answered) << "the old leader is there still, and will answer";
  group_.hold_link(leader_, third, false);
  ASSERT_TRUE(group_.run_until([&] { return forwarded->answered; }));
  EXPECT_FALSE(forwarded->error) << forwarded->error.message();
  EXPECT_NE(group_.engine(third).status().leader_change.find("handed over"), std::string::npos);
}

TEST_F(HandOverTest, WhoHandedOverIsWaitedForAlthoughItsSuccessorHandsOverToo) {
  const OutcomeRef forwarded = forwarded_without_an_answer();
  const std::uint32_t successor = follower(1);
  const std::uint32_t third = follower(2);
  EXPECT_FALSE(group_.engine(leader_).hand_over(ReplicaId{successor}));
  ASSERT_TRUE(another_leads());
  ASSERT_TRUE(
      group_.run_until([&] { return !group_.engine(successor).hand_over(ReplicaId{third}); }));
  ASSERT_TRUE(group_.run_until([&] { return leads_announced() == third; }));
  EXPECT_FALSE(forwarded->answered);
  group_.hold_link(leader_, third, false);
  ASSERT_TRUE(group_.run_until([&] { return forwarded->answered; }));
  EXPECT_FALSE(forwarded->error) << forwarded->error.message();
}

TEST_F(HandOverTest, StatusTellsWhatTheLeaseStandsOnAndWhyTheLeaderChanged) {
  start();
  for (const PeerStatus& peer : group_.engine(leader_).status().peers) {
    EXPECT_GT(peer.grant_left_us, 0);
    EXPECT_LE(peer.grant_left_us, 100'000);
    EXPECT_GE(peer.silent_us, 0);
    EXPECT_GE(peer.suspect_at_us, 150'000);
  }
  for (const PeerStatus& peer : group_.engine(follower()).status().peers) {
    EXPECT_EQ(peer.grant_left_us, 0);
    EXPECT_EQ(peer.silent_us >= 0, peer.id.value == leader_) << "it watches its leader";
  }
  EXPECT_EQ(group_.engine(follower()).status().leader_changes, 1u);
  group_.engine(leader_).hand_over(ReplicaId{follower()});
  ASSERT_TRUE(another_leads());
  group_.run_for(Duration::millis(100));
  for (std::uint32_t id = 1; id <= 3; ++id) {
    const Status status = group_.engine(id).status();
    EXPECT_EQ(status.leader_changes, 2u);
    EXPECT_EQ(status.leader_change,
              "replica " + std::to_string(follower()) + " leads with ballot " +
                  std::to_string(status.ballot.round) + ", 0 ms after replica " +
                  std::to_string(leader_) + " handed over");
    EXPECT_TRUE(group_.was_noted(id, status.leader_change));
  }
}

TEST_F(HandOverTest, WhoIsAskedInVainSaysSo) {
  start();
  EXPECT_EQ(group_.engine(follower()).hand_over(), Errc::not_leader);
  group_.kill(follower(1));
  group_.run_for(Duration::millis(100));
  EXPECT_EQ(group_.engine(leader_).hand_over(ReplicaId{follower(1)}), Errc::busy) << "it is dead";
  EXPECT_EQ(group_.engine(leader_).hand_over(ReplicaId{leader_}), Errc::busy);
  EXPECT_EQ(group_.engine(leader_).hand_over(ReplicaId{9}), Errc::busy) << "there is none";
  EXPECT_EQ(group_.engine(leader_).hand_over(ReplicaId{1'000'000}), Errc::busy) << "nor this";
  group_.run_for(Duration::millis(1000));
  EXPECT_EQ(leads_announced(), leader_);
  EXPECT_FALSE(group_.engine(leader_).hand_over());
  EXPECT_TRUE(another_leads());
}

TEST_F(HandOverTest, OneThatCannotEndIsGivenUp) {
  start();
  group_.hold_disk(follower(1), true);
  group_.hold_disk(follower(2), true);
  const OutcomeRef waits = group_.propose(leader_, "x");
  group_.run_for(Duration::millis(1));
  EXPECT_FALSE(group_.engine(leader_).hand_over());
  const OutcomeRef queued = group_.propose(leader_, "y");
  group_.run_for(Duration::millis(900));
  EXPECT_EQ(leads_announced(), leader_);
  EXPECT_FALSE(waits->answered);
  group_.hold_disk(follower(1), false);
  ASSERT_TRUE(group_.run_until([&] { return waits->answered && queued->answered; }));
  EXPECT_FALSE(waits->error);
  EXPECT_FALSE(queued->error);
  EXPECT_EQ(leads_announced(), leader_);
}

TEST_F(HandOverTest, ALeaderWhoseDiskStandsStillHandsOverToOneWhoseDiskDoesNot) {
  start();
  group_.hold_disk(leader_, true);
  group_.hold_disk(follower(1), true);
  const OutcomeRef waits = group_.propose(leader_, "x");
  group_.run_for(Duration::millis(2000));
  ASSERT_FALSE(waits->answered) << "one disk of three is no quorum";
  EXPECT_FALSE(group_.engine(leader_).status().impairment.empty());
  EXPECT_FALSE(group_.engine(follower(1)).status().impairment.empty());
  EXPECT_TRUE(group_.engine(follower(2)).status().impairment.empty());
  EXPECT_EQ(leads_announced(), leader_) << "nobody could take over";
  group_.hold_disk(follower(1), false);
  ASSERT_TRUE(another_leads());
  EXPECT_FALSE(waits->error);
  const OutcomeRef next = group_.propose(leader_, "y");
  ASSERT_TRUE(group_.run_until([&] { return next->answered; }));
  EXPECT_FALSE(next->error);
  // The old leader is well again, and follows.
  group_.hold_disk(leader_, false);
  group_.run_for(Duration::millis(10'000));
  EXPECT_NE(leads_announced(), leader_);
  EXPECT_TRUE(group_.engine(leader_).status().impairment.empty());
}

TEST_F(HandOverTest, AnIdleLeaderFindsOutThatItsDiskStandsStill) {
  start();
  group_.hold_disk(leader_, true);
  EXPECT_TRUE(another_leads(Duration::millis(12'000)));
}

TEST_F(HandOverTest, DisksThatAllStandStillMoveNobody) {
  start();
  for (std::uint32_t id = 1; id <= 3; ++id) group_.hold_disk(id, true);
  const OutcomeRef waits = group_.propose(leader_, "x");
  EXPECT_EQ(changes_in(Duration::millis(60'000)), 0u);
  for (std::uint32_t id = 1; id <= 3; ++id) group_.hold_disk(id, false);
  ASSERT_TRUE(group_.run_until([&] { return waits->answered; }));
  EXPECT_FALSE(waits->error);
}

TEST_F(HandOverTest, ALeaderWithoutRoomHandsOverToOneThatHasSome) {
  group_.options.log_bytes = 64u << 20;
  start();
  group_.disk(leader_).set_full(true);
  const std::string command(60'000, 'x');
  for (int i = 0; i < 400; ++i) {
    const OutcomeRef outcome = group_.propose(follower(), command);
    ASSERT_TRUE(group_.run_until([&] { return outcome->answered; }));
    ASSERT_FALSE(outcome->error) << i << ": " << outcome->error.message();
  }
  EXPECT_NE(leads_announced(), leader_);
  EXPECT_TRUE(group_.was_noted(leader_, "no room"));
}

TEST_F(HandOverTest, WithoutRoomAnywhereNobodyMovesAndCallersAreTold) {
  start();
  for (std::uint32_t id = 1; id <= 3; ++id) group_.disk(id).set_full(true);
  const std::string command(60'000, 'x');
  const Ballot before = group_.engine(leader_).status().ballot;
  OutcomeRef outcome;
  for (int i = 0; i < 400; ++i) {
    outcome = group_.propose(leader_now(), command);
    ASSERT_TRUE(group_.run_until([&] { return outcome->answered; }, Duration::millis(20'000)));
    if (outcome->error) break;
  }
  EXPECT_EQ(outcome->error, Errc::no_space);
  EXPECT_LE(group_.engine(leader_now()).status().ballot.round, before.round + 2);
  for (std::uint32_t id = 1; id <= 3; ++id) group_.disk(id).set_full(false);
  group_.run_for(Duration::millis(1000));
  outcome = group_.propose(leader_now(), command);
  ASSERT_TRUE(group_.run_until([&] { return outcome->answered; }));
  EXPECT_FALSE(outcome->error) << outcome->error.message();
}

TEST_F(HandOverTest, CommitsGoOnUntilAQuorumHasWrittenItsPromises) {
  start();
  for (std::uint32_t n = 2; n <= 3; ++n) group_.hold_disk(follower(n), true);
  EXPECT_FALSE(group_.engine(leader_).hand_over(ReplicaId{follower(2)}));
  // The two others are no quorum of those who have written it, and a hand-over that cannot go on
  // holds nothing back.
  const OutcomeRef outcome = group_.propose(leader_, "x");
  group_.run_for(Duration::millis(100));
  EXPECT_FALSE(outcome->answered) << "no disk but the leader's has it";
  EXPECT_EQ(leads_announced(), leader_);
  group_.hold_disk(follower(3), false);
  ASSERT_TRUE(group_.run_until([&] { return outcome->answered; }, Duration::millis(20)));
  EXPECT_EQ(leads_announced(), leader_) << "the successor has not written its own";
  group_.hold_disk(follower(2), false);
  ASSERT_TRUE(another_leads(Duration::millis(60)));
  EXPECT_EQ(leads_announced(), follower(2));
}

TEST_F(HandOverTest, NobodyWritesAPromiseWhenLeadingIsHandedOver) {
  start();
  const std::uint32_t successor = follower(2);
  const Ballot next{group_.engine(leader_).status().ballot.round + 2, ReplicaId{successor},
                    group_.engine(successor).identity().incarnation};
  EXPECT_FALSE(group_.engine(leader_).hand_over(ReplicaId{successor}));
  // From its release on no disk ends a write any more.
  ASSERT_TRUE(group_.run_until([&] { return group_.was_noted(leader_, "hands leading over"); }));
  for (std::uint32_t id = 1; id <= 3; ++id) group_.hold_disk(id, true);
  ASSERT_TRUE(group_.run_until(
      [&] { return group_.engine(successor).status().role == Role::leader; }, Duration::millis(5)));
  EXPECT_EQ(group_.engine(successor).status().ballot, next);
  for (std::uint32_t id = 1; id <= 3; ++id) group_.hold_disk(id, false);
  ASSERT_TRUE(another_leads(Duration::millis(5)));
}

TEST_F(HandOverTest, ItDoesWithoutPromisesThatTakeLong) {
  start();
  // A follower that cannot be heard, and a successor whose disk is slow.
  group_.hold_link(follower(3), leader_, true);
  EXPECT_FALSE(group_.engine(leader_).hand_over(ReplicaId{follower(2)}));
  group_.hold_disk(follower(2), true);
  group_.run_for(Duration::millis(160));
  group_.hold_disk(follower(2), false);
  ASSERT_TRUE(another_leads(Duration::millis(100)));
}

TEST_F(HandOverTest, AProgramThatIsNotWellLeadsNoLonger) {
  start();
  group_.engine(leader_).report_health(false);
  ASSERT_TRUE(another_leads(Duration::millis(120)));
  const std::uint32_t second = leads_announced();
  group_.run_for(Duration::millis(300));
  group_.engine(second).report_health(false);
  ASSERT_TRUE(
      group_.run_until([&] { return leads_announced() != 0 && leads_announced() != second; }));
  const std::uint32_t third = leads_announced();
  EXPECT_NE(third, leader_) << "it is not well either";
  group_.run_for(Duration::millis(300));
  group_.engine(third).report_health(false);
  EXPECT_EQ(changes_in(Duration::millis(60'000)), 0u) << "nobody is";
  EXPECT_EQ(leads_announced(), third);
}

TEST_F(HandOverTest, ProgramsThatFailInTurnMoveTheLeaderLessAndLessOften) {
  start();
  // Whoever leads finds that what it depends on is dead; whoever does not lead does not notice.
  const auto changes_in_a_minute = [&] {
    const std::uint64_t before = group_.engine(1).status().leader_changes;
    for (int step = 0; step < 600; ++step) {
      const std::uint32_t leads = leader_now();
      for (std::uint32_t id = 1; id <= 3; ++id) group_.engine(id).report_health(id != leads);
      group_.run_for(Duration::millis(100));
    }
    return group_.engine(1).status().leader_changes - before;
  };
  const std::uint64_t first = changes_in_a_minute();
  EXPECT_GE(first, 3u);
  EXPECT_LE(first, 30u);
  changes_in_a_minute();
  EXPECT_LE(changes_in_a_minute(), 6u) << "the third minute";
}

TEST_F(HandOverTest, ASlowStateMachineDoesNotSilenceItsLeader) {
  start();
  const Ballot before = group_.engine(leader_).status().ballot;
  group_.slow_apply(leader_, Duration::millis(20));
  std::vector<OutcomeRef> outcomes;
  for (int i = 0; i < 100; ++i) outcomes.push_back(group_.propose(leader_, "x"));
  ASSERT_TRUE(group_.run_until([&] { return outcomes.back()->answered; }));
  EXPECT_FALSE(outcomes.back()->error);
  EXPECT_EQ(group_.engine(leader_).status().ballot, before);
}

TEST_F(HandOverTest, AFailedLogTellsTheOthersAtOnce) {
  start();
  group_.disk(leader_).fail_next_write(std::make_error_code(std::errc::io_error));
  group_.propose(leader_, "x");
  ASSERT_TRUE(another_leads(Duration::millis(20)))
      << "neither a silence nor the lease is waited for";
  group_.cut(leads_announced(), leader_);
  group_.heal();
  EXPECT_TRUE(group_.was_noted(leader_, "refused replica")) << "it meets nobody any more";
}

}  // namespace
}  // namespace decree::replica
