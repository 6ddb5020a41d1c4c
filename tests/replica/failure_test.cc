// Replicas and links that fail, and what their callers are told.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/replica/group.h"

namespace decree::replica {
namespace {

using leases::Duration;

std::uint32_t other(std::uint32_t id) { return id % 3 + 1; }

TEST(Failure, AcknowledgedCommandsSurviveTheLeader) {
  Group group(3);
  group.start_all();
  const std::uint32_t first = group.elect();
  std::vector<OutcomeRef> outcomes;
  for (int i = 0; i < 50; ++i) outcomes.push_back(group.propose(first, std::to_string(i)));
  ASSERT_TRUE(group.run_until([&] { return outcomes.back()->answered; }));
  group.kill(first);
  const std::uint32_t second = group.elect();
  ASSERT_NE(second, 0u);
  ASSERT_NE(second, first);
  EXPECT_EQ(group.machine(second).commands.size(), 50u);
  group.start(first);
  ASSERT_TRUE(group.run_until([&] { return group.machine(first).commands.size() == 50; }));
  EXPECT_EQ(group.engine(first).status().applied_digest,
            group.engine(second).status().applied_digest);
}

TEST(Failure, PowerLossOfAllLosesNothingAcknowledged) {
  Group group(3);
  group.start_all();
  for (int round = 1; round <= 3; ++round) {
    const std::uint32_t leader = group.elect();
    ASSERT_NE(leader, 0u);
    const OutcomeRef outcome = group.propose(leader, "x");
    ASSERT_TRUE(group.run_until([&] { return outcome->answered; }));
    ASSERT_FALSE(outcome->error);
    EXPECT_EQ(outcome->text, std::to_string(round));
    for (std::uint32_t id = 1; id <= 3; ++id) group.kill(id);
    group.start_all();
  }
}

TEST(Failure, WhatADeadLeaderHadTakenIsOfUnknownOutcome) {
  Group group(3);
  group.start_all();
  const std::uint32_t leader = group.elect();
  const std::uint32_t follower = other(leader);
  group.run_for(Duration::millis(50));
  for (std::uint32_t id = 1; id <= 3; ++id) group.hold_disk(id, true);
  const OutcomeRef forwarded = group.propose(follower, "x");
  group.run_for(Duration::millis(5));
  group.kill(leader);
  for (std::uint32_t id = 1; id <= 3; ++id) {
    if (id != leader) group.hold_disk(id, false);
  }
  ASSERT_TRUE(group.run_until([&] { return forwarded->answered; }));
  EXPECT_EQ(forwarded->error, Errc::outcome_unknown);
}

TEST(Failure, RequestsQueueWhileThereIsNoLeader) {
  Group group(3);
  group.start_all();
  const OutcomeRef write = group.propose(1, "early");
  const OutcomeRef read = group.read(2);
  ASSERT_TRUE(group.run_until([&] { return write->answered && read->answered; }));
  EXPECT_FALSE(write->error);
  EXPECT_FALSE(read->error);
}

TEST(Failure, WithoutAQuorumCallersAreToldThatItDidNotHappen) {
  Group group(3);
  group.start(1);
  const OutcomeRef write = group.propose(1, "x");
  const OutcomeRef read = group.read(1);
  const OutcomeRef local = group.read(1, Consistency::local);
  ASSERT_TRUE(
      group.run_until([&] { return write->answered && read->answered; }, Duration::millis(20'000)));
  EXPECT_EQ(write->error, Errc::not_leader);
  EXPECT_EQ(read->error, Errc::not_leader);
  EXPECT_FALSE(local->error);
  EXPECT_EQ(group.engine(1).status().proposals_pending, 0u);
}

TEST(Failure, ALeaderWithoutAQuorumAbdicatesAndItsCallersAreTold) {
  Group group(3);
  group.start_all();
  const std::uint32_t leader = group.elect();
  group.run_for(Duration::millis(50));
  group.isolate(leader);
  const OutcomeRef write = group.propose(leader, "x");
  ASSERT_TRUE(group.run_until([&] { return write->answered; }, Duration::millis(2000)));
  EXPECT_EQ(write->error, Errc::outcome_unknown);
  EXPECT_EQ(group.events(leader).back().kind, LeadershipEvent::Kind::ended);
}

TEST(Failure, ARejoinerDisturbsNobody) {
  Group group(3);
  group.start_all();
  const std::uint32_t leader = group.elect();
  const std::uint32_t rejoiner = other(leader);
  group.run_for(Duration::millis(200));
  const Ballot before = group.engine(leader).status().promised;
  group.isolate(rejoiner);
  group.run_for(Duration::millis(3000));
  group.heal();
  group.run_for(Duration::millis(1000));
  EXPECT_EQ(group.elect(), leader);
  EXPECT_EQ(group.engine(leader).status().promised, before);
  EXPECT_EQ(group.engine(rejoiner).status().leader, ReplicaId{leader});
}

TEST(Failure, AReplicaThatWasAwayCatchesUp) {
  Group group(3);
  group.start_all();
  const std::uint32_t leader = group.elect();
  const std::uint32_t away = other(leader);
  group.kill(away);
  // More than what the leader keeps in memory, so that some of it is read from its log.
  const std::string command(30'000, 'x');
  constexpr int kCommands = 1500;
  for (int i = 0; i < kCommands; i += 50) {
    std::vector<OutcomeRef> outcomes;
    for (int j = 0; j < 50; ++j) outcomes.push_back(group.propose(leader, command));
    ASSERT_TRUE(group.run_until([&] { return outcomes.back()->answered; }));
  }
  group.start(away);
  ASSERT_TRUE(group.run_until([&] { return group.machine(away).commands.size() == kCommands; }));
  EXPECT_EQ(group.engine(away).status().applied_digest,
            group.engine(leader).status().applied_digest);
  // It counts again: with the other follower gone it makes the quorum.
  group.kill(6 - leader - away);
  const OutcomeRef outcome = group.propose(leader, "last");
  ASSERT_TRUE(group.run_until([&] { return outcome->answered; }));
  EXPECT_FALSE(outcome->error);
}

TEST(Failure, AFailedLogVotesNoMoreAndTheGroupGoesOn) {
  Group group(3);
  group.start_all();
  const std::uint32_t leader = group.elect();
  group.run_for(Duration::millis(50));
  group.disk(leader).fail_next_write(std::make_error_code(std::errc::io_error));
  const OutcomeRef outcome = group.propose(leader, "x");
  ASSERT_TRUE(group.run_until([&] { return outcome->answered; }));
  // The followers may have chosen it before the leader noticed; then it is simply done.
  EXPECT_TRUE(!outcome->error || outcome->error == Errc::storage_failed);
  EXPECT_FALSE(group.engine(leader).holds_lease());
  EXPECT_FALSE(group.engine(leader).status().storage_error.empty());
  ASSERT_TRUE(group.run_until([&] {
    const std::uint32_t now = group.elect();
    return now != 0 && now != leader;
  }));
  const OutcomeRef refused = group.propose(leader, "y");
  group.engine(leader).turn();
  EXPECT_EQ(refused->error, Errc::not_leader);
  const std::uint32_t next = group.elect();
  const OutcomeRef goes_on = group.propose(next, "z");
  ASSERT_TRUE(group.run_until([&] { return goes_on->answered; }));
  EXPECT_FALSE(goes_on->error);
}

TEST(Failure, AWipedReplicaIsAStranger) {
  Group group(3);
  group.start_all();
  const std::uint32_t leader = group.elect();
  const std::uint32_t wiped = other(leader);
  group.run_for(Duration::millis(50));
  group.kill(wiped);
  group.files(wiped).clear();
  group.start(wiped);
  group.run_for(Duration::millis(100));
  const auto& notices = group.notices(leader);
  EXPECT_TRUE(std::ranges::any_of(notices, [](const std::string& line) {
    return line.find("another incarnation") != std::string::npos;
  }));
  EXPECT_EQ(group.elect(), leader);
}

TEST(Failure, AWipedReplicaIsAStrangerToThoseWhoRestartedToo) {
  Group group(3);
  group.start_all();
  ASSERT_NE(group.elect(), 0u);
  group.run_for(Duration::millis(50));
  for (std::uint32_t id = 1; id <= 3; ++id) group.kill(id);
  group.files(3).clear();
  group.start_all();
  for (std::uint32_t id = 1; id <= 2; ++id) {
    const auto& notices = group.notices(id);
    EXPECT_TRUE(std::ranges::any_of(notices,
                                    [](const std::string& line) {
                                      return line.find("another incarnation") != std::string::npos;
                                    }))
        << "replica " << id;
  }
}

TEST(Failure, AnOrderlyCloseHandsLeadershipOver) {
  Group group(3);
  group.start_all();
  const std::uint32_t leader = group.elect();
  group.run_for(Duration::millis(200));
  const leases::Time before = group.now();
  group.engine(leader).release_leadership();
  EXPECT_FALSE(group.engine(leader).holds_lease());
  ASSERT_TRUE(group.run_until([&] {
    for (std::uint32_t id = 1; id <= 3; ++id) {
      if (id != leader && !group.events(id).empty()) return true;
    }
    return false;
  }));
  // Neither a silence nor the old lease was waited for.
  EXPECT_LT((group.now() - before).ns, Duration::millis(5).ns);
}

/// Found by the simulator: the leader waited for ever for an acknowledgement that went with a
/// connection, and heartbeats said that all had been received.
TEST(Failure, AnAcknowledgementThatIsLostWithItsConnectionIsGivenAgain) {
  Group group(2);
  group.start_all();
  const std::uint32_t leader = group.elect();
  const std::uint32_t follower = leader % 2 + 1;
  group.cut(follower, leader);
  const OutcomeRef outcome = group.propose(leader, "x");
  ASSERT_TRUE(group.run_until([&] {
    return group.engine(follower).status().accepted >= group.engine(leader).status().accepted;
  }));
  group.run_for(leases::Duration::millis(5));
  ASSERT_FALSE(outcome->answered);
  group.heal();
  EXPECT_TRUE(group.run_until([&] { return outcome->answered; }));
  EXPECT_FALSE(outcome->error);
}

// Only one replica knows that a slot is chosen, tells the next leader so, and is gone before it was
// asked for the value. Another one has accepted it and does not know.
TEST(Failure, ALeaderFindsWhatOnlyTheDeadKnewToBeChosen) {
  Group group(3);
  group.start_all();
  const std::uint32_t old = group.elect();
  const std::uint32_t next = other(old);
  const std::uint32_t knows = other(next);
  group.run_for(Duration::millis(50));
  group.cut(old, next);
  const OutcomeRef outcome = group.propose(old, "x");
  ASSERT_TRUE(group.run_until([&] { return outcome->answered; }));
  ASSERT_TRUE(group.run_until([&] { return group.machine(knows).commands.size() == 1; }));
  group.kill(old);
  group.pause(knows, true);
  group.run_for(Duration::millis(300));
  group.pause(knows, false);
  ASSERT_TRUE(group.run_until([&] { return group.engine(next).core().leader() != nullptr; }));
  ASSERT_TRUE(group.machine(next).commands.empty());
  group.kill(knows);
  group.start(old);
  group.heal();
  ASSERT_TRUE(group.run_until([&] { return group.machine(next).commands.size() == 1; }));
  EXPECT_TRUE(group.was_noted(next, "nobody sends it"));
  EXPECT_FALSE(group.propose(next, "y")->answered);
  ASSERT_TRUE(group.run_until([&] { return group.machine(old).commands.size() == 2; }));
}

}  // namespace
}  // namespace decree::replica
