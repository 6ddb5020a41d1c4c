// Damaged logs: nobody votes for what it may have forgotten, and the peers give back what is lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "replica/catch_up.h"
#include "tests/replica/group.h"
#include "wal/format.h"

namespace decree::replica {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kCommandBytes = 3'000;  // a block of the log each
constexpr int kCommands = 40;
// The watermark is recorded, and then what is durable marked.
constexpr leases::Duration kUntilIdle = leases::Duration::millis(600);

class DamageTest : public testing::Test {
 protected:
  DamageTest() : group_(3) {
    group_.options.log_bytes = 16u << 20;
    group_.start_all();
  }

  void propose(int count) {
    const std::uint32_t leader = group_.elect();
    ASSERT_NE(leader, 0u);
    for (int i = 0; i < count; ++i) {
      std::string command = std::to_string(++proposed_);
      command.resize(kCommandBytes, static_cast<char>('a' + proposed_ % 26));
      const OutcomeRef outcome = group_.propose(leader, command);
      ASSERT_TRUE(group_.run_until([&] { return outcome->answered; }));
      ASSERT_FALSE(outcome->error) << outcome->error.message();
    }
    ASSERT_TRUE(group_.run_until([&] { return all_have_everything(); }));
  }
  bool has_everything(std::uint32_t id) {
    return group_.machine(id).commands.size() == static_cast<std::size_t>(proposed_);
  }
  bool all_have_everything() { return has_everything(1) && has_everything(2) && has_everything(3); }
  void kill_all() {
    group_.run_for(kUntilIdle);
    for (std::uint32_t id = 1; id <= 3; ++id) group_.kill(id);
  }

  /// The blocks of the log that hold batches, in its order.
  std::vector<std::size_t> batches(std::uint32_t id) {
    std::vector<std::size_t> found;
    const std::vector<std::byte>& bytes = segment(id);
    for (std::size_t at = 0; at < bytes.size(); at += wal::kBlockSize) {
      const auto stamp = wal::load<wal::BlockStamp>(std::span(bytes).subspan(at));
      if (stamp.kind == static_cast<std::uint32_t>(wal::BlockKind::batch)) found.push_back(at);
    }
    return found;
  }
  void rot(std::uint32_t id, std::size_t at) { segment(id)[at + 1234] ^= std::byte{1}; }
  std::vector<std::byte>& segment(std::uint32_t id) {
    return group_.files(id).at(wal::segment_name(1));
  }

  void rot_snapshot(std::uint32_t id) {
    ASSERT_TRUE(std::any_of(group_.files(id).begin(), group_.files(id).end(), [](auto& each) {
      if (each.first.find("snapshot-") != 0) return false;
      each.second[3 * wal::kBlockSize] ^= std::byte{1};
      return true;
    }));
  }

  [[nodiscard]] bool was_noted(std::uint32_t id, const std::string& what) {
    return group_.was_noted(id, what);
  }
  bool have_applied_the_same() {
    const Slot applied = group_.engine(1).core().applied();
    return group_.engine(2).core().applied() == applied &&
           group_.engine(3).core().applied() == applied;
  }
  void expect_equal() {
    EXPECT_TRUE(group_.run_until([&] { return have_applied_the_same(); }));
    for (const std::uint32_t id : {2u, 3u}) {
      EXPECT_EQ(group_.machine(1).commands, group_.machine(id).commands) << id;
      EXPECT_EQ(group_.engine(1).applied_digest(), group_.engine(id).applied_digest()) << id;
    }
  }

  Group group_;
  int proposed_ = 0;
};

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
class ScrubTest : public DamageTest {
 protected:
  static constexpr std::size_t kLargeCommand = 50'000;

  ScrubTest() {
    for (std::uint32_t id = 1; id <= 3; ++id) group_.kill(id);
    group_.options.log_bytes = 16u << 20;
    group_.scrub_pace = {{}, leases::Duration::millis(5)};
    group_.start_all();
    leader_ = group_.elect();
    victim_ = leader_ % 3 + 1;
  }

  /// Large ones, which fill segments.
  void propose_large(int count) {
    for (int i = 0; i < count; ++i) {
      std::string command = std::to_string(++proposed_);
      command.resize(kLargeCommand, static_cast<char>('a' + proposed_ % 26));
      const OutcomeRef outcome = group_.propose(leader_, command);
      ASSERT_TRUE(group_.run_until([&] { return outcome->answered; }));
      ASSERT_FALSE(outcome->error) << outcome->error.message();
    }
    ASSERT_TRUE(group_.run_until([&] { return all_have_everything(); }));
  }
  /// Everything that is there has been read since.
  void scrub_all() {
    for (std::uint32_t id = 1; id <= 3; ++id) {
      const std::uint64_t before = status(id).log_bytes_scrubbed;
      // One pass was perhaps at its end, and a whole one follows.
      ASSERT_TRUE(group_.run_until(
          [&] {
            const Status now = status(id);
            return now.log_bytes_scrubbed > before + 2 * (now.log_bytes + now.snapshot_bytes);
          },
          leases::Duration::millis(60'000)));
    }
  }
  Status status(std::uint32_t id) { return group_.engine(id).status(); }
  [[nodiscard]] std::string newest_snapshot(std::uint32_t id) {
    return wal::snapshot_name(status(id).snapshot);
  }
  void expect_sound_after_a_restart(std::uint32_t id) {
    scrub_all();
    const std::uint64_t found = status(id).log_damages;
    scrub_all();
    EXPECT_EQ(status(id).log_damages, found) << "it was mended";
    group_.run_for(kUntilIdle);
    group_.kill(id);
    group_.start(id);
    EXPECT_EQ(status(id).log_damages, 0u);
    EXPECT_EQ(group_.machine(id).commands.size(), static_cast<std::size_t>(proposed_));
    expect_equal();
  }

  std::uint32_t leader_ = 0;
  std::uint32_t victim_ = 0;
};

TEST_F(ScrubTest, RotInAnOldSegmentIsFoundAndMended) {
  propose_large(70);
  ASSERT_GT(status(victim_).log_segments, 3u);
  ASSERT_EQ(status(victim_).snapshot, Slot{});
  rot(victim_, batches(victim_)[40]);
  ASSERT_TRUE(group_.run_until([&] { return status(victim_).snapshot != Slot{}; }));
  EXPECT_TRUE(was_noted(victim_, "damage: segment-0000000000000001.log, from offset "));
  EXPECT_EQ(status(victim_).log_damages, 1u);
  EXPECT_EQ(status(leader_).log_damages, 0u);
  expect_sound_after_a_restart(victim_);
}

TEST_F(ScrubTest, RotInTheNewestSegmentIsMendedToo) {
  propose_large(3);
  rot(victim_, batches(victim_)[4]);
  ASSERT_TRUE(group_.run_until([&] { return status(victim_).snapshot != Slot{}; }));
  EXPECT_EQ(status(victim_).log_damages, 1u);
  expect_sound_after_a_restart(victim_);
}

TEST_F(ScrubTest, ARottenSnapshotIsReplacedByANewOne) {
  propose_large(250);
  const Slot before = status(victim_).snapshot;
  ASSERT_GT(before, Slot{});
  const std::string name = newest_snapshot(victim_);
  group_.files(victim_).at(name)[7 * wal::kBlockSize] ^= std::byte{1};
  ASSERT_TRUE(group_.run_until([&] { return status(victim_).snapshot > before; }));
  EXPECT_TRUE(was_noted(victim_, "damage: " + name + ", from offset "));
  ASSERT_TRUE(group_.run_until([&] { return !group_.files(victim_).contains(name); }));
  expect_sound_after_a_restart(victim_);
}

TEST_F(ScrubTest, WhatCannotBeReadCountsAsDamaged) {
  propose_large(70);
  group_.disk(leader_).fail_reads_of(wal::segment_name(2));
  ASSERT_TRUE(group_.run_until([&] { return status(leader_).snapshot != Slot{}; }));
  EXPECT_TRUE(was_noted(leader_, "cannot be read: Input/output error"));
  expect_sound_after_a_restart(leader_);
}

TEST_F(ScrubTest, FindsNothingInAGroupThatIsWell) {
  propose_large(400);
  scrub_all();
  for (std::uint32_t id = 1; id <= 3; ++id) {
    EXPECT_EQ(status(id).log_damages, 0u) << id;
    EXPECT_GT(status(id).snapshot, Slot{}) << id;
    EXPECT_GE(status(id).log_scrub_age_s, 0) << id;
  }
}

TEST_F(ScrubTest, IsAsSlowAsItsPace) {
  for (std::uint32_t id = 1; id <= 3; ++id) group_.kill(id);
  group_.scrub_pace = {leases::Duration::millis(20'000), leases::Duration::millis(50)};
  group_.start_all();
  leader_ = group_.elect();
  propose_large(70);
  // As fast as it may, it reads a piece each 50 ms. What there is takes 20 s.
  for (const int seconds : {5, 10, 40}) {
    const Status before = status(victim_);
    group_.run_for(leases::Duration::millis(seconds * 1'000));
    const std::uint64_t read = status(victim_).log_bytes_scrubbed - before.log_bytes_scrubbed;
    const std::uint64_t share = before.log_bytes * static_cast<std::uint64_t>(seconds) / 20;
    EXPECT_GT(read, share / 3) << seconds;
    EXPECT_LT(read, share * 5 / 4 + 2 * wal::kScrubPieceBytes) << seconds;
  }
  EXPECT_LT(status(victim_).log_scrub_age_s, 25);
  EXPECT_GE(status(victim_).log_scrub_age_s, 0);
}

TEST(ScrubPaceTest, IsBoundedInBytesAndInTime) {
  const ScrubPace pace;
  const std::uint64_t piece = wal::kScrubPieceBytes;
  EXPECT_EQ(pace.pause(piece, 86'400 * piece), leases::Duration::millis(1'000));
  EXPECT_EQ(pace.pause(piece, 864 * piece), leases::Duration::millis(100'000));
  EXPECT_EQ(pace.pause(piece, UINT64_MAX), leases::Duration::millis(1'000)) << "then no faster";
  EXPECT_EQ(pace.pause(16 * piece, UINT64_MAX), leases::Duration::millis(16'000)) << "one batch";
  EXPECT_EQ(pace.pause(1, 1), leases::Duration::millis(3'600'000)) << "there may be more by then";
  EXPECT_EQ(pace.pause(0, 0), pace.least);
}

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
