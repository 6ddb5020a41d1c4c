// Damaged logs: nobody votes for what it may have forgotten, and the peers give back what is lost.
#include <gmock/gmock.h>

#include "replica/catch_up.h"
#include "tests/replica/damage_fixture.h"

namespace decree::replica {
namespace {

using ::testing::HasSubstr;

TEST_F(DamageTest, OneReplicaIsRepairedByTheOthers) {
  propose(kCommands);
  group_.run_for(kUntilIdle);
  group_.kill(2);
  const std::vector<std::size_t> places = batches(2);
  for (const std::size_t i : {5u, 6u, 20u, 33u}) rot(2, places[i]);
  group_.start(2);
  EXPECT_TRUE(was_noted(2, "damage: segment-0000000000000001.log, offset "));
  EXPECT_LT(group_.machine(2).commands.size(), 10u) << "applied as far as the first damage";
  ASSERT_TRUE(group_.run_until([&] { return has_everything(2); }));
  ASSERT_TRUE(group_.run_until([&] { return was_noted(2, "repaired: everything through slot"); }));
  propose(5);
  expect_equal();
  EXPECT_FALSE(group_.engine(2).core().is_damaged());
}

TEST_F(DamageTest, ALearnerIsRepairedAndNeitherVotesNorLeads) {
  propose(kCommands);
  const std::uint32_t leader = group_.elect();
  const std::uint32_t learner = leader % 3 + 1;
  const std::uint32_t voter = learner % 3 + 1;
  group_.run_for(kUntilIdle);
  group_.kill(learner);
  const std::vector<std::size_t> places = batches(learner);
  for (const std::size_t i : {5u, 6u, 20u, 33u}) rot(learner, places[i]);
  group_.start(learner, true);
  ASSERT_TRUE(group_.run_until([&] { return has_everything(learner); }));
  ASSERT_TRUE(group_.run_until([&] { return !group_.engine(learner).status().damaged; }));
  const Ballot promised = group_.engine(learner).core().promised();
  group_.kill(voter);
  const OutcomeRef alone = group_.propose(leader, "alone");
  group_.run_for(leases::Duration::millis(2'000));
  EXPECT_FALSE(alone->answered && !alone->error) << "a learner accepts nothing";
  group_.kill(leader);
  group_.start(voter);
  group_.run_for(leases::Duration::millis(20'000));
  EXPECT_FALSE(group_.engine(learner).leads() || group_.engine(voter).leads());
  EXPECT_EQ(group_.engine(learner).core().promised(), promised);
  group_.kill(learner);
  group_.start(learner);
  EXPECT_NE(group_.elect(), 0u) << "else it proves nothing";
}

// Each slot survives on two of three; no replica has all of them, and nobody leads.
TEST_F(DamageTest, EveryReplicaIsDamagedAtAnotherPlace) {
  propose(kCommands);
  kill_all();
  for (std::uint32_t id = 1; id <= 3; ++id) {
    const std::vector<std::size_t> places = batches(id);
    for (std::size_t i = id + 2; i < places.size() - 3; i += 9) rot(id, places[i]);
  }
  group_.start_all();
  ASSERT_TRUE(group_.run_until([&] { return all_have_everything(); }));
  ASSERT_NE(group_.elect(), 0u);
  propose(5);
  expect_equal();
}

// The damaged replica may have accepted, together with one of the others, what that one alone has
// now: it does not let the third be elected without it.
TEST_F(DamageTest, WhatMayHaveBeenAcceptedIsNotVotedAway) {
  propose(10);
  std::uint32_t leader = group_.elect();
  const std::uint32_t damaged = leader % 3 + 1;
  const std::uint32_t behind = damaged % 3 + 1;
  // Chosen by the leader and the damaged one; the third has never heard of it.
  group_.isolate(behind);
  const OutcomeRef last = group_.propose(leader, "the last");
  ASSERT_TRUE(group_.run_until([&] { return last->answered; }));
  ASSERT_FALSE(last->error);
  group_.run_for(leases::Duration::millis(1));
  group_.kill(leader);
  group_.run_for(kUntilIdle);
  group_.kill(damaged);
  std::vector<std::size_t> places = batches(damaged);
  for (std::size_t i = places.size() - 4; i < places.size(); ++i) rot(damaged, places[i]);
  group_.heal();
  group_.start(damaged);
  EXPECT_FALSE(group_.run_until([&] {
    return group_.engine(behind).core().leader() != nullptr ||
           group_.engine(damaged).core().leader() != nullptr;
  })) << "the slot of the last command would get a no-op";
  group_.start(leader);
  ASSERT_NE(group_.elect(), 0u);
  ++proposed_;
  ASSERT_TRUE(group_.run_until([&] { return all_have_everything(); }));
  EXPECT_EQ(group_.machine(behind).commands.back(), "the last");
  expect_equal();
}

// What is known chosen and lost here is nowhere among those that are up: without it the third
// would be told of no acceptances, and fill the slots with no-ops.
TEST_F(DamageTest, NobodyIsElectedWithoutWhatIsKnownChosen) {
  const std::uint32_t leader = group_.elect();
  const std::uint32_t damaged = leader % 3 + 1;
  const std::uint32_t behind = damaged % 3 + 1;
  group_.isolate(behind);
  for (int i = 0; i < 10; ++i) {
    const OutcomeRef outcome = group_.propose(leader, std::to_string(++proposed_));
    ASSERT_TRUE(group_.run_until([&] { return outcome->answered; }));
    ASSERT_FALSE(outcome->error);
  }
  group_.run_for(kUntilIdle);
  group_.kill(leader);
  group_.kill(damaged);
  const std::vector<std::size_t> places = batches(damaged);
  rot(damaged, places[places.size() - 6]);
  group_.heal();
  group_.start(damaged);
  ASSERT_TRUE(group_.engine(damaged).core().repairing());
  EXPECT_FALSE(group_.run_until([&] {
    return group_.engine(behind).core().leader() != nullptr ||
           group_.engine(damaged).core().leader() != nullptr;
  }));
  group_.start(leader);
  ASSERT_NE(group_.elect(), 0u);
  ASSERT_TRUE(group_.run_until([&] { return all_have_everything(); }));
  expect_equal();
}

// The promises that a damaged log held stand: the next batch repeats them.
TEST_F(DamageTest, APromiseSurvives) {
  propose(5);
  // A candidate that nobody follows: the promise is the last thing in the log.
  const std::uint32_t leader = group_.elect();
  const std::uint32_t other = leader % 3 + 1;
  for (const std::uint32_t id : {leader % 3 + 1, (leader + 1) % 3 + 1}) group_.cut(id, leader);
  ASSERT_TRUE(group_.run_until([&] {
    return group_.engine(other).core().promised() > group_.engine(leader).core().promised();
  }));
  group_.run_for(leases::Duration::millis(1));
  group_.kill(other);
  group_.start(other);
  const Ballot promised = group_.engine(other).core().promised();
  ASSERT_GT(promised, group_.engine(leader).core().promised());
  group_.run_for(leases::Duration::millis(1));
  group_.kill(other);
  for (const std::size_t at : batches(other)) rot(other, at);
  group_.start(other);
  EXPECT_EQ(group_.engine(other).core().promised(), promised);
  EXPECT_TRUE(group_.engine(other).core().repairing());
}

// More is lost than a majority: all are waited for, and then it is said what was given up.
TEST_F(DamageTest, ALossOnAMajorityIsSaidAloud) {
  propose(10);
  const std::uint32_t leader = group_.elect();
  const std::uint32_t other = leader % 3 + 1;
  const std::uint32_t behind = other % 3 + 1;
  group_.isolate(behind);
  group_.cut(other, leader);  // so that nobody knows it to be chosen
  static_cast<void>(group_.propose(leader, "lost"));
  group_.run_for(kUntilIdle);
  group_.kill(other);
  group_.kill(leader);
  for (const std::uint32_t id : {leader, other}) {
    std::vector<std::size_t> places = batches(id);
    for (std::size_t i = places.size() - 4; i < places.size(); ++i) rot(id, places[i]);
  }
  group_.heal();
  group_.start(other);
  group_.run_for(leases::Duration::millis(3000));
  EXPECT_EQ(group_.engine(behind).core().leader(), nullptr);
  group_.start(leader);
  const std::uint32_t next = group_.elect();
  ASSERT_NE(next, 0u);
  EXPECT_TRUE(was_noted(next, "acknowledged commands may be lost"));
  propose(3);
  expect_equal();
}

// Bits rot while the replica runs, in what a peer needs that was away: it gets a snapshot instead.
TEST_F(DamageTest, DamageThatIsFoundInUseIsReplacedByASnapshot) {
  const std::uint32_t leader = group_.elect();
  const std::uint32_t away = leader % 3 + 1;
  const std::uint32_t third = away % 3 + 1;
  group_.kill(away);
  for (int i = 0; i < 12; ++i) {  // more than memory keeps
    const OutcomeRef outcome = group_.propose(leader, std::string(50'000, 'a') + std::to_string(i));
    ++proposed_;
    ASSERT_TRUE(group_.run_until([&] { return outcome->answered; }));
    ASSERT_FALSE(outcome->error);
  }
  group_.run_for(kUntilIdle);
  for (const std::uint32_t id : {leader, third}) rot(id, batches(id)[4]);
  group_.start(away);
  ASSERT_TRUE(group_.run_until([&] { return has_everything(away); }));
  EXPECT_TRUE(was_noted(leader, "a new snapshot takes its place"));
  EXPECT_GT(group_.engine(leader).status().snapshot, Slot{12});
  EXPECT_GE(group_.engine(leader).status().log_damages, 1u);
  propose(5);
  expect_equal();
}

// The same with what a peer is to be fed, which is not found before.
TEST_F(DamageTest, ASnapshotThatAPeerCannotBeFedIsReplaced) {
  group_.options.log_bytes = 1u << 20;
  kill_all();
  group_.start_all();
  const std::uint32_t leader = group_.elect();
  const std::uint32_t away = leader % 3 + 1;
  const std::uint32_t third = away % 3 + 1;
  group_.kill(away);
  while (group_.engine(leader).status().log_dropped == Slot{} ||
         group_.engine(third).status().log_dropped == Slot{}) {
    const OutcomeRef outcome = group_.propose(leader, std::string(50'000, 'a'));
    ++proposed_;
    ASSERT_TRUE(group_.run_until([&] { return outcome->answered; }));
  }
  for (const std::uint32_t id : {leader, third}) rot_snapshot(id);
  group_.start(away);
  ASSERT_TRUE(group_.run_until([&] { return was_noted(leader, " cannot be read; "); }));
  propose(1);
  ASSERT_TRUE(group_.run_until([&] { return has_everything(away); }));
  EXPECT_TRUE(was_noted(away, "caught up by a peer's snapshot"));
  expect_equal();
}

TEST_F(DamageTest, ADamagedSnapshotIsFetchedFromAPeer) {
  group_.options.log_bytes = 1u << 20;
  kill_all();
  group_.start_all();
  propose(400);
  group_.run_for(kUntilIdle);
  group_.kill(1);
  rot_snapshot(1);
  group_.start(1);
  EXPECT_TRUE(group_.machine(1).commands.empty());
  ASSERT_TRUE(group_.run_until([&] { return has_everything(1); }));
  propose(5);
  expect_equal();
  group_.kill(1);
  group_.start(1);
  ASSERT_TRUE(group_.run_until([&] { return has_everything(1); }));
}

// Behind a peer's snapshot the own log may hold an acceptance that was never chosen. When that
// snapshot is damaged, it must not be taken for what was.
TEST_F(DamageTest, WhatAPeersSnapshotReplacedIsNotReadFromTheOwnLog) {
  group_.options.log_bytes = 1u << 20;
  kill_all();
  group_.start_all();
  propose(3);
  const std::uint32_t leader = group_.elect();
  const std::uint32_t alone = leader % 3 + 1;
  const std::uint32_t third = alone % 3 + 1;
  // Durable at this one replica only: its leader loses it with the power.
  group_.hold_disk(leader, true);
  group_.isolate(third);
  static_cast<void>(group_.propose(leader, "never chosen"));
  group_.run_for(leases::Duration::millis(5));
  group_.kill(leader);
  group_.run_for(leases::Duration::millis(20));
  group_.kill(alone);
  group_.heal();
  group_.hold_disk(leader, false);
  group_.start(leader);
  const std::uint32_t next = group_.elect();
  ASSERT_NE(next, 0u);
  while (group_.engine(next).status().log_dropped < Slot{20}) {
    const OutcomeRef outcome = group_.propose(next, std::string(20'000, 'z'));
    ++proposed_;
    ASSERT_TRUE(group_.run_until([&] { return outcome->answered; }));
    ASSERT_FALSE(outcome->error) << outcome->error.message();
  }
  group_.start(alone);
  ASSERT_TRUE(group_.run_until([&] { return has_everything(alone); }));
  ASSERT_TRUE(was_noted(alone, "caught up by a peer's snapshot"));
  group_.run_for(kUntilIdle);
  group_.kill(alone);
  rot_snapshot(alone);
  group_.isolate(alone);
  group_.start(alone);
  group_.run_for(leases::Duration::millis(20));
  EXPECT_TRUE(group_.machine(alone).commands.empty()) << "it has nothing but its own log";
  group_.heal();
  ASSERT_TRUE(group_.run_until([&] { return has_everything(alone); }));
  expect_equal();
}

/// Nobody reads what rots here but the replica itself.
class NoContents final : public wal::Log::Contents {
 public:
  std::string on_snapshot(Slot, wal::SnapshotFile&) override { return {}; }
  void on_hole(const wal::Hole&) override {}
  void on_record(Lsn, const Record&) override {}
};

// What is left of a slot is an acceptance, and the hole behind it may have held a higher one.
TEST(CatchUpTest, TakesNothingForChosenThatAHoleMayHaveSuperseded) {
  wal::MemoryFiles files;
  wal::LogOptions options;
  options.segment_bytes = 64u << 10;
  NoContents contents;
  std::string problem;
  const Ballot low{1, ReplicaId{1}, {}};
  transport::Encoder encoder({7, 0, ReplicaId{1}});
  const auto append = [&](wal::Log& log, Slot slot, const Ballot& ballot) {
    const Value value;
    const Payload frame = encoder.encode(Accept{ballot, slot, slot, {}, {}, std::span(&value, 1)});
    const Record record{RecordKind::accept, ballot, slot, slot, frame.view};
    log.append({&record, 1});
    log.flush();
    log.poll();
  };
  {
    wal::MemoryDisk disk(files);
    const auto log = wal::Log::open(disk, options, contents, problem);
    ASSERT_TRUE(log) << problem;
    append(*log, Slot{1}, low);
    append(*log, Slot{2}, Ballot{5, ReplicaId{2}, {}});
    append(*log, Slot{3}, Ballot{5, ReplicaId{2}, {}});
  }
  files.at(wal::segment_name(1))[2 * wal::kBlockSize + 1234] ^= std::byte{1};  // the second
  wal::MemoryDisk disk(files);
  const auto log = wal::Log::open(disk, options, contents, problem);
  ASSERT_TRUE(log) << problem;
  transport::Decoder decoder;
  CatchUp catch_up(decoder);
  EXPECT_TRUE(catch_up.read(*log, {ReplicaId{1}, Slot{1}, Slot{3}}).values.empty());
  EXPECT_EQ(catch_up.read(*log, {ReplicaId{1}, Slot{3}, Slot{3}}).values.size(), 1u);
}

}  // namespace
}  // namespace decree::replica
