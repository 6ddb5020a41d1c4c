// The normal case: who answers what, when, and at which cost.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/replica/group.h"

namespace decree::replica {
namespace {

using leases::Duration;

bool all_applied(Group& group, std::uint32_t replicas, std::size_t commands) {
  for (std::uint32_t id = 1; id <= replicas; ++id) {
    if (group.machine(id).commands.size() != commands) return false;
  }
  return true;
}

TEST(NormalCase, EveryReplicaTakesProposals) {
  Group group(3);
  group.start_all();
  ASSERT_NE(group.elect(), 0u);
  std::vector<OutcomeRef> outcomes;
  for (std::uint32_t id = 1; id <= 3; ++id) outcomes.push_back(group.propose(id, "x"));
  ASSERT_TRUE(group.run_until([&] { return all_applied(group, 3, 3); }));
  std::set<std::string> replies;
  for (const OutcomeRef& outcome : outcomes) {
    ASSERT_TRUE(outcome->answered);
    EXPECT_FALSE(outcome->error);
    replies.insert(outcome->text);
  }
  EXPECT_EQ(replies, (std::set<std::string>{"1", "2", "3"}));
  EXPECT_EQ(group.engine(1).status().applied_digest, group.engine(2).status().applied_digest);
  EXPECT_EQ(group.engine(1).status().applied_digest, group.engine(3).status().applied_digest);
}

TEST(NormalCase, TokensGrow) {
  Group group(3);
  group.start_all();
  const std::uint32_t leader = group.elect();
  const OutcomeRef first = group.propose(leader, "a");
  ASSERT_TRUE(group.run_until([&] { return first->answered; }));
  const OutcomeRef second = group.propose(leader % 3 + 1, "b");
  ASSERT_TRUE(group.run_until([&] { return second->answered; }));
  EXPECT_LT(first->token, second->token);
  EXPECT_EQ(first->token.ballot, group.engine(leader).status().ballot);
}

TEST(NormalCase, OneReplicaNeverAnswersBeforeItsWriteIsDurable) {
  Group group(1);
  group.start(1);
  ASSERT_EQ(group.elect(), 1u);
  group.hold_disk(1, true);
  const OutcomeRef outcome = group.propose(1, "x");
  group.run_for(Duration::millis(400));
  EXPECT_FALSE(outcome->answered);
  EXPECT_TRUE(group.machine(1).commands.empty());
  group.hold_disk(1, false);
  ASSERT_TRUE(group.run_until([&] { return outcome->answered; }));
  EXPECT_FALSE(outcome->error);
}

TEST(NormalCase, NothingIsAnsweredBeforeAQuorumIsDurable) {
  Group group(3);
  group.start_all();
  const std::uint32_t leader = group.elect();
  group.run_for(Duration::millis(50));
  for (std::uint32_t id = 1; id <= 3; ++id) group.hold_disk(id, id != leader);
  const OutcomeRef outcome = group.propose(leader, "x");
  group.run_for(Duration::millis(400));
  EXPECT_FALSE(outcome->answered);
  group.hold_disk(leader % 3 + 1, false);
  ASSERT_TRUE(group.run_until([&] { return outcome->answered; }));
  EXPECT_FALSE(outcome->error);
}

TEST(NormalCase, TwoFollowersChooseWithoutTheLeadersDisk) {
  Group group(3);
  group.start_all();
  const std::uint32_t leader = group.elect();
  group.hold_disk(leader, true);
  const OutcomeRef outcome = group.propose(leader, "x");
  ASSERT_TRUE(group.run_until([&] { return outcome->answered; }, Duration::millis(10)));
  EXPECT_FALSE(outcome->error);
}

TEST(NormalCase, AReadUnderTheLeaseSendsNothing) {
  Group group(3);
  group.start_all();
  const std::uint32_t leader = group.elect();
  const OutcomeRef write = group.propose(leader, "x");
  ASSERT_TRUE(
      group.run_until([&] { return write->answered && group.engine(leader).holds_lease(); }));
  const std::uint64_t frames = group.frames_sent();
  const OutcomeRef read = group.read(leader);
  group.engine(leader).turn();
  EXPECT_TRUE(read->answered);
  EXPECT_EQ(read->text, "1");
  EXPECT_EQ(group.frames_sent(), frames);
}

TEST(NormalCase, WithoutLeasesAReadTakesARound) {
  Group group(3);
  group.options.lease_us = 0;
  group.start_all();
  const std::uint32_t leader = group.elect();
  const OutcomeRef write = group.propose(leader, "x");
  ASSERT_TRUE(group.run_until([&] { return write->answered; }));
  EXPECT_FALSE(group.engine(leader).holds_lease());
  const std::uint64_t frames = group.frames_sent();
  const OutcomeRef read = group.read(leader);
  ASSERT_TRUE(group.run_until([&] { return read->answered; }, Duration::millis(5)));
  EXPECT_EQ(read->text, "1");
  EXPECT_GE(group.frames_sent(), frames + 3);  // a heartbeat to each, and an answer
}

TEST(NormalCase, AFollowersReadSeesWhatWasAnsweredBefore) {
  Group group(3);
  group.start_all();
  const std::uint32_t leader = group.elect();
  const std::uint32_t follower = leader % 3 + 1;
  for (int i = 1; i <= 20; ++i) {
    const OutcomeRef write = group.propose(leader, "x");
    ASSERT_TRUE(group.run_until([&] { return write->answered; }));
    const OutcomeRef read = group.read(follower);
    ASSERT_TRUE(group.run_until([&] { return read->answered; }));
    EXPECT_EQ(read->text, std::to_string(i));
  }
}

TEST(NormalCase, ManyProposalsOfATurnTravelTogether) {
  Group group(3);
  group.start_all();
  const std::uint32_t leader = group.elect();
  group.run_for(Duration::millis(5));
  const std::uint64_t frames = group.frames_sent();
  std::vector<OutcomeRef> outcomes;
  for (int i = 0; i < 1000; ++i) outcomes.push_back(group.propose(leader, "command"));
  ASSERT_TRUE(group.run_until([&] { return outcomes.back()->answered; }, Duration::millis(1)));
  // Accept, acknowledgement and watermark, to and from two followers, and a heartbeat perhaps.
  EXPECT_LE(group.frames_sent() - frames, 12u);
}

TEST(NormalCase, AnIdleGroupSendsHeartbeatsAndTheirAnswersOnly) {
  Group group(5);
  group.start_all();
  const std::uint32_t leader = group.elect();
  group.run_for(Duration::millis(500));
  const std::uint64_t frames = group.frames_sent();
  group.run_for(Duration::millis(1000));
  // 50 beats a second to four followers, each answered.
  EXPECT_LE(group.frames_sent() - frames, 51u * 8);
  EXPECT_EQ(group.elect(), leader);
}

TEST(NormalCase, ALogThatFallsIdleSaysWhatIsChosen) {
  Group group(3);
  group.start_all();
  const OutcomeRef outcome = group.propose(group.elect(), "x");
  ASSERT_TRUE(group.run_until([&] { return outcome->answered; }));
  group.run_for(Duration::millis(500));
  const auto written = [&](std::uint32_t id) {
    return group.engine(id).status().log_bytes_written;
  };
  const std::uint64_t before = written(1) + written(2) + written(3);
  group.run_for(Duration::millis(500));
  EXPECT_EQ(written(1) + written(2) + written(3), before) << "once";
  for (std::uint32_t id = 1; id <= 3; ++id) {
    group.kill(id);
    group.start(id);
    EXPECT_EQ(group.machine(id).commands.size(), 1u) << "without a word from its peers";
  }
}

TEST(NormalCase, BoundsAreToldAtOnce) {
  Group group(3);
  group.options.max_command_bytes = 1024;
  group.options.max_pending_bytes = 4096;
  group.start_all();
  const std::uint32_t leader = group.elect();
  group.run_for(Duration::millis(50));
  for (std::uint32_t id = 1; id <= 3; ++id) group.hold_disk(id, true);
  const OutcomeRef large = group.propose(leader, std::string(1025, 'x'));
  std::vector<OutcomeRef> outcomes;
  for (int i = 0; i < 5; ++i) outcomes.push_back(group.propose(leader, std::string(1000, 'x')));
  group.engine(leader).turn();
  ASSERT_TRUE(large->answered);
  EXPECT_EQ(large->error, Errc::too_large);
  EXPECT_FALSE(outcomes[3]->answered);
  ASSERT_TRUE(outcomes[4]->answered);
  EXPECT_EQ(outcomes[4]->error, Errc::busy);
}

}  // namespace
}  // namespace decree::replica
