// Snapshots: the log is cut behind them, restarts begin with them, and who is too far behind gets
// one.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "replica/log_budget.h"
#include "tests/replica/group.h"

namespace decree::replica {
namespace {

constexpr std::size_t kCommandBytes = 200'000;
// More than a leader keeps in memory for those that are a little behind (paxos/limits.h).
constexpr int kFarBehind = 120;

class SnapshotTest : public testing::Test {
 protected:
  SnapshotTest() : SnapshotTest(3) {}

  /// Commands with contents of their own, one after the other.
  void propose(std::uint32_t leader, int count) {
    for (int i = 0; i < count; ++i) {
      std::string command = std::to_string(++proposed_);
      command.resize(kCommandBytes, static_cast<char>('a' + proposed_ % 26));
      const OutcomeRef outcome = group_.propose(leader, command);
      ASSERT_TRUE(group_.run_until([&] { return outcome->answered; }));
      ASSERT_FALSE(outcome->error) << outcome->error.message();
    }
  }

  [[nodiscard]] bool has_everything(std::uint32_t id) {
    return group_.machine(id).commands.size() == static_cast<std::size_t>(proposed_);
  }
  void expect_equal(std::uint32_t one, std::uint32_t other) {
    EXPECT_EQ(group_.machine(one).commands, group_.machine(other).commands);
    EXPECT_EQ(group_.engine(one).status().applied_digest,
              group_.engine(other).status().applied_digest);
  }
  [[nodiscard]] bool was_noted(std::uint32_t id, const std::string& what) {
    return group_.was_noted(id, what);
  }

  /// Makes this replica the leader, by asking those that win instead to hand over.
  void make_leader(std::uint32_t wanted) {
    for (int round = 0; round < 50; ++round) {
      const std::uint32_t leader = group_.elect();
      if (leader == wanted) return;
      ASSERT_NE(leader, 0u);
      group_.engine(leader).release_leadership();
      group_.run_for(leases::Duration::millis(300));
    }
    FAIL() << wanted << " never leads";
  }

  explicit SnapshotTest(std::size_t replicas) : group_(replicas) {
    group_.options.log_bytes = 1u << 20;  // of three small segments, see LogBudget
    group_.options.max_command_bytes = 2 * kCommandBytes;
  }

  Group group_;
  int proposed_ = 0;
};

class SnapshotOfFiveTest : public SnapshotTest {
 protected:
  SnapshotOfFiveTest() : SnapshotTest(5) {}
};

TEST_F(SnapshotTest, TakesThePlaceOfTheLog) {
  group_.start_all();
  propose(group_.elect(), 120);
  for (std::uint32_t id = 1; id <= 3; ++id) {
    ASSERT_TRUE(group_.run_until([&] { return has_everything(id); }));
    const Status status = group_.engine(id).status();
    EXPECT_GT(status.snapshot, Slot{60}) << id;
    EXPECT_GT(status.log_dropped, Slot{30}) << id;
    EXPECT_LE(status.log_dropped, status.snapshot) << id;
    EXPECT_LT(group_.files(id).size(), 10) << "120 commands are twenty segments";
  }
}

TEST_F(SnapshotTest, ARestartBeginsWithIt) {
  group_.start_all();
  const std::uint32_t leader = group_.elect();
  const OutcomeRef session = group_.open_session(leader);
  ASSERT_TRUE(group_.run_until([&] { return session->answered; }));
  const ClientId client{std::stoull(session->text)};
  const OutcomeRef first = group_.propose(leader, "once", {client, Sequence{1}});
  ASSERT_TRUE(group_.run_until([&] { return first->answered; }));
  ++proposed_;
  propose(leader, 60);
  const Slot applied = group_.engine(leader).status().applied;
  for (std::uint32_t id = 1; id <= 3; ++id) group_.kill(id);
  group_.start_all();
  const std::uint32_t next = group_.elect();
  EXPECT_GT(group_.engine(next).status().snapshot, Slot{0});
  ASSERT_TRUE(group_.run_until([&] { return group_.engine(next).status().applied >= applied; }));
  ASSERT_TRUE(has_everything(next));
  // The table of sessions is in it.
  const OutcomeRef again = group_.propose(next, "once", {client, Sequence{1}});
  ASSERT_TRUE(group_.run_until([&] { return again->answered; }));
  EXPECT_FALSE(again->error);
  EXPECT_EQ(again->text, first->text);
  EXPECT_TRUE(has_everything(next)) << "it was not applied twice";
  propose(next, 5);
}

TEST_F(SnapshotTest, APromiseThatIsWrittenAheadOutlivesTheRecordsBeforeIt) {
  group_.start_all();
  const std::uint32_t leader = group_.elect();
  const std::uint32_t successor = leader % 3 + 1;
  const std::uint32_t third = successor % 3 + 1;
  group_.run_for(leases::Duration::millis(300));
  // It comes to nothing: the leader never hears that its successor has what was placed.
  group_.hold_link(successor, leader, true);
  propose(leader, 1);
  ASSERT_FALSE(group_.engine(leader).hand_over(ReplicaId{successor}));
  const Ballot next{group_.engine(leader).status().ballot.round + 2, ReplicaId{successor},
                    group_.engine(successor).identity().incarnation};
  group_.run_for(leases::Duration::millis(1500));
  ASSERT_EQ(group_.engine(leader).status().role, Role::leader);
  ASSERT_LT(group_.engine(third).status().promised, next);
  const Slot before = group_.engine(leader).status().applied;
  propose(leader, 120);
  ASSERT_TRUE(group_.run_until([&] { return group_.engine(third).status().log_dropped > before; }));
  group_.kill(third);
  group_.start(third);
  EXPECT_GE(group_.engine(third).status().promised, next);
}

TEST_F(SnapshotTest, WhoIsTooFarBehindGetsIt) {
  group_.start_all();
  const std::uint32_t leader = group_.elect();
  const std::uint32_t behind = leader % 3 + 1;
  propose(leader, 5);
  group_.kill(behind);
  propose(leader, kFarBehind);
  ASSERT_GT(group_.engine(leader).status().log_dropped, Slot{6});
  group_.start(behind);
  ASSERT_TRUE(group_.run_until([&] { return has_everything(behind); }));
  EXPECT_TRUE(was_noted(behind, "caught up by a peer's snapshot"));
  expect_equal(leader, behind);
  // From here on it is a replica like the others, also over a restart.
  propose(leader, 5);
  group_.kill(behind);
  group_.start(behind);
  propose(leader, 5);
  ASSERT_TRUE(group_.run_until([&] { return has_everything(behind); }));
  expect_equal(leader, behind);
}

TEST_F(SnapshotTest, TheTransferGoesOnAfterTheSenderIsGone) {
  group_.start_all();
  const std::uint32_t leader = group_.elect();
  const std::uint32_t behind = leader % 3 + 1;
  group_.kill(behind);
  propose(leader, kFarBehind);
  const std::uint64_t sent = group_.frames_sent();
  group_.start(behind);
  ASSERT_TRUE(group_.run_until([&] { return group_.files(behind).contains("incoming"); }));
  EXPECT_GT(group_.frames_sent(), sent);
  EXPECT_FALSE(has_everything(behind));
  group_.kill(leader);
  ASSERT_TRUE(group_.run_until([&] { return has_everything(behind); }));
  const std::uint32_t next = group_.elect();
  ASSERT_NE(next, 0);
  propose(next, 3);
  ASSERT_TRUE(group_.run_until([&] { return has_everything(behind); }));
}

// As large as the state is, its beginning would lie there until the next start.
TEST_F(SnapshotTest, WhatTheLogHasMadeNeedlessLeavesNothing) {
  const std::uint32_t leader = 1;
  const std::uint32_t behind = 2;
  const std::uint32_t third = 3;  // has everything in its log
  group_.options.log_bytes *= 64;
  group_.start(third);
  group_.options.log_bytes /= 64;
  group_.start(leader);
  group_.start(behind);
  make_leader(leader);
  group_.kill(behind);
  propose(leader, kFarBehind);
  ASSERT_GT(group_.engine(leader).status().log_dropped, Slot{6});
  ASSERT_EQ(group_.engine(third).status().log_dropped, Slot{0});
  group_.start(behind);
  const auto arrives = [&] { return group_.files(behind).contains("incoming"); };
  ASSERT_TRUE(group_.run_until(arrives));
  group_.kill(leader);
  ASSERT_TRUE(group_.run_until([&] { return has_everything(behind); }));
  EXPECT_FALSE(was_noted(behind, "caught up by a peer's snapshot"));
  EXPECT_TRUE(group_.run_until([&] { return !arrives(); }));
}

TEST_F(SnapshotTest, AFullLogWaitsForIt) {
  group_.start_all();
  const std::uint32_t leader = group_.elect();
  const LogBudget budget = LogBudget::of(group_.options.log_bytes);
  group_.disk(leader).hold_snapshots(true);
  OutcomeRef outcome;
  int placed = 0;
  const auto is_answered = [&] { return outcome->answered; };
  do {
    ASSERT_LT(++placed, 100) << "it is never full";
    outcome = group_.propose(leader, std::string(kCommandBytes, 'x'));
  } while (group_.run_until(is_answered, leases::Duration::millis(200)));
  const std::uint64_t most = (budget.full_segments + 1) * budget.segment_bytes;
  EXPECT_LE(group_.engine(leader).status().log_bytes, most);
  EXPECT_EQ(group_.engine(leader).status().impairment, "") << "no reason to hand over";
  group_.disk(leader).hold_snapshots(false);
  ASSERT_TRUE(group_.run_until(is_answered));
  EXPECT_FALSE(outcome->error) << outcome->error.message();
  EXPECT_LT(group_.engine(leader).status().log_bytes, most);
}

TEST_F(SnapshotTest, AFullLogOfAFollowerWaitsForItAndTheOthersDoNot) {
  group_.start_all();
  const std::uint32_t leader = group_.elect();
  const std::uint32_t slow = leader % 3 + 1;
  const LogBudget budget = LogBudget::of(group_.options.log_bytes);
  group_.disk(slow).hold_snapshots(true);
  propose(leader, 120);
  const std::uint64_t most = (budget.full_segments + 1) * budget.segment_bytes;
  EXPECT_LE(group_.engine(slow).status().log_bytes, most);
  EXPECT_LT(group_.engine(slow).status().applied, group_.engine(leader).status().applied);
  group_.disk(slow).hold_snapshots(false);
  ASSERT_TRUE(group_.run_until([&] { return has_everything(slow); }));
  expect_equal(leader, slow);
}

TEST_F(SnapshotTest, AFollowerWhoseLogIsFullFollowsANewLeaderAllTheSame) {
  group_.start_all();
  const std::uint32_t leader = group_.elect();
  const std::uint32_t slow = leader % 3 + 1;
  group_.disk(slow).hold_snapshots(true);
  propose(leader, 80);
  const std::uint32_t next = slow % 3 + 1;
  ASSERT_TRUE(group_.run_until([&] { return !group_.engine(leader).hand_over(ReplicaId{next}); }));
  ASSERT_TRUE(group_.run_until([&] { return group_.engine(next).status().role == Role::leader; }));
  propose(next, 60);
  EXPECT_LT(group_.engine(slow).status().applied, group_.engine(next).status().applied);
  group_.disk(slow).hold_snapshots(false);
  ASSERT_TRUE(group_.run_until([&] { return has_everything(slow); }));
  // It is needed again: the two of them are a quorum.
  group_.kill(leader);
  propose(next, 5);
  ASSERT_TRUE(group_.run_until([&] { return has_everything(slow); }));
}

TEST(LogPaceTest, AFullLogTakesAByteForFourOfTheSnapshot) {
  LogPace pace;
  EXPECT_TRUE(pace.admits(1'000'000)) << "it is not full";
  pace.full(1000, 400);
  EXPECT_FALSE(pace.admits(1000));
  pace.full(1000, 800);
  EXPECT_TRUE(pace.admits(1099));
  EXPECT_FALSE(pace.admits(1100));
  pace.full(1100, 1200);
  EXPECT_TRUE(pace.admits(1199)) << "counted from when it became full";
  EXPECT_FALSE(pace.admits(1200));
  pace.ended();
  EXPECT_TRUE(pace.admits(1'000'000));
}

TEST_F(SnapshotTest, AFailedOneHarmsNobody) {
  group_.start_all();
  const std::uint32_t leader = group_.elect();
  const std::uint32_t full = leader % 3 + 1;
  propose(leader, 5);
  group_.disk(full).set_full(true);
  propose(leader, 5);
  ASSERT_TRUE(group_.run_until([&] { return was_noted(full, "could not be written"); }));
  EXPECT_EQ(group_.engine(full).status().log_dropped, Slot{0});
  group_.disk(full).set_full(false);
  propose(leader, 40);
  ASSERT_TRUE(group_.run_until([&] { return has_everything(full); }));
  EXPECT_GT(group_.engine(full).status().snapshot, Slot{0});
  expect_equal(leader, full);
}

TEST_F(SnapshotTest, WhatWasMetOutlivesTheLog) {
  group_.start_all();
  propose(group_.elect(), 120);
  for (std::uint32_t id = 1; id <= 3; ++id) {
    ASSERT_TRUE(group_.run_until([&] { return has_everything(id); }));
    ASSERT_GT(group_.engine(id).status().log_dropped, Slot{30});
  }
  for (std::uint32_t id = 1; id <= 3; ++id) group_.kill(id);
  group_.files(3).clear();
  group_.start_all();
  for (std::uint32_t id = 1; id <= 2; ++id) {
    EXPECT_TRUE(was_noted(id, "another incarnation")) << "replica " << id;
  }
}

// The one that leads got a peer's snapshot itself, and its log holds an acceptance that was never
// chosen, in a slot that the snapshot covers.
TEST_F(SnapshotOfFiveTest, WhoWasFedFeedsOthers) {
  group_.start_all();
  const std::uint32_t old = group_.elect();
  const std::uint32_t away = old % 5 + 1;
  propose(old, 3);
  ASSERT_TRUE(group_.run_until([&] { return has_everything(away); }));
  group_.kill(away);
  group_.isolate(old);
  const OutcomeRef lost = group_.propose(old, "never chosen");
  group_.run_for(leases::Duration::millis(500));
  std::uint32_t leader = 0;
  ASSERT_TRUE(group_.run_until([&] { return (leader = group_.elect()) != old; }));
  propose(leader, kFarBehind);
  group_.heal();
  ASSERT_TRUE(group_.run_until([&] { return has_everything(old); }));
  ASSERT_TRUE(was_noted(old, "caught up by a peer's snapshot"));
  make_leader(old);
  group_.start(away);
  ASSERT_TRUE(group_.run_until([&] { return has_everything(away); }));
  expect_equal(old, away);
  expect_equal(leader, away);
}

}  // namespace
}  // namespace decree::replica
