// Rot that is looked for while the group serves.
#include <gmock/gmock.h>

#include "replica/scrub_pace.h"
#include "tests/replica/damage_fixture.h"

namespace decree::replica {
namespace {

using ::testing::HasSubstr;

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
}  // namespace
}  // namespace decree::replica
