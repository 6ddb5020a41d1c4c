// Snapshots on a disk in memory: whole or not at all, and the log is cut only behind a durable one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <deque>
#include <system_error>
#include <vector>

#include "tests/support/memory_disk.h"
#include "tests/wal/log_fixture.h"
#include "wal/incoming_snapshot.h"
#include "wal/snapshot_format.h"

namespace decree::wal {
namespace {

using ::testing::HasSubstr;

class SnapshotTest : public ::testing::Test {
 protected:
  void put(Log& log, MemoryDisk& disk, int records) {
    for (int i = 0; i < records; ++i) {
      KeptRecord record = accept_of(++slot_, 10'000);
      ASSERT_TRUE(wait_durable(log, disk, append(log, record)));
    }
  }

  /// A log with a snapshot of `state` after its last slot.
  void write(const std::string& state) {
    MemoryDisk disk(files_);
    Opened opened = open_log(disk, small_options());
    ASSERT_TRUE(opened.log) << opened.problem;
    put(*opened.log, disk, 20);
    ASSERT_TRUE(snapshot(*opened.log, disk, Slot{slot_}, Slot{slot_}, state));
  }

  Opened reopen() { return open_log(disks_.emplace_back(files_), small_options()); }

  MemoryFiles files_;
  std::deque<MemoryDisk> disks_;  // of reopen(), which outlive their logs
  std::uint64_t slot_ = 0;
};

TEST_F(SnapshotTest, StatesOfAllSizesComeBack) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kChunkPayload - 1, kChunkPayload,
                                 kChunkPayload + 1, std::size_t{1'000'000}}) {
    std::string state(size, 'x');
    for (std::size_t i = 0; i < size; i += 7) state[i] = static_cast<char>(i * 31 / 7);
    write(state);
    const Opened opened = reopen();
    ASSERT_TRUE(opened.log) << opened.problem;
    EXPECT_EQ(opened.snapshot, Slot{slot_});
    EXPECT_EQ(opened.state, state) << size;
    EXPECT_EQ(opened.log->status().snapshot, Slot{slot_});
    EXPECT_EQ(opened.log->status().snapshot_bytes, size);
  }
  std::size_t snapshots = 0;
  for (const auto& [name, bytes] : files_) snapshots += snapshot_slot(name) ? 1U : 0U;
  EXPECT_EQ(snapshots, 1) << "older ones are removed";
}

TEST_F(SnapshotTest, AnyChangedByteIsFound) {
  write(std::string(100'000, 's'));
  const std::string name = snapshot_name(Slot{slot_});
  const std::vector<std::byte> good = files_.at(name);
  for (std::size_t at = 0; at < good.size(); at += 509) {
    const bool in_header = at < kBlockSize || at >= good.size() - kBlockSize;
    files_.at(name)[at] ^= std::byte{4};
    const Opened opened = reopen();
    ASSERT_TRUE(opened.log) << at << opened.problem;
    EXPECT_EQ(opened.snapshot, in_header ? Slot{slot_} : Slot{}) << at;
    EXPECT_EQ(opened.holes.size(), in_header ? 0 : 1) << at;
    if (!in_header) {
      EXPECT_THAT(opened.holes[0].what, HasSubstr(name));
      EXPECT_EQ(opened.holes[0].through.watermark, slot_) << "what was in it is known chosen";
    }
    files_.at(name) = good;
  }
  files_.at(name)[100] ^= std::byte{4};
  files_.at(name)[good.size() - 100] ^= std::byte{4};
  EXPECT_THAT(reopen().problem, HasSubstr(name)) << "where does the log begin?";
  for (const std::size_t size : {std::size_t{0}, kBlockSize, good.size() - kChunkBytes}) {
    files_.at(name) = good;
    files_.at(name).resize(size);
    EXPECT_THAT(reopen().problem, HasSubstr(name)) << size;
  }
}

// Its checksums are right: a peer or a backup may have brought it.
TEST_F(SnapshotTest, AChunkInTheMiddleThatIsNotFullIsDamage) {
  write(std::string(100'000, 's'));
  const std::span<std::byte> file = files_.at(snapshot_name(Slot{slot_}));
  const Block block = block_at(file, 0);
  SnapshotHeader header = *snapshot_header(block);
  ASSERT_EQ(header.chunks, 2U);
  seal_chunk(file.subspan(chunk_offset(0), kChunkBytes), Slot{slot_}, 0, 100);
  header.bytes = 100 + header.bytes - kChunkPayload;
  header.body_checksum = 0;
  for (const std::uint64_t index : {0U, 1U}) {
    const auto chunk = file.subspan(chunk_offset(index), kChunkBytes);
    header.body_checksum = add_chunk(header.body_checksum, chunk);
  }
  seal_snapshot_header(block, header);
  const Opened opened = reopen();
  ASSERT_TRUE(opened.log) << opened.problem;
  EXPECT_EQ(opened.snapshot, Slot{});
  ASSERT_EQ(opened.holes.size(), 1U);
  EXPECT_THAT(opened.holes[0].what, HasSubstr("the chunk is damaged"));
}

TEST_F(SnapshotTest, ANewOneReplacesADamagedOne) {
  write(std::string(100'000, 's'));
  const std::string damaged = snapshot_name(Slot{slot_});
  files_.at(damaged)[10'000] ^= std::byte{4};
  write("sound");
  EXPECT_FALSE(files_.contains(damaged));
  const Opened opened = reopen();
  EXPECT_EQ(opened.state, "sound");
  EXPECT_EQ(opened.holes.size(), 0);
}

TEST_F(SnapshotTest, ASnapshotOfAnotherDirectoryIsRefused) {
  write("theirs");
  const std::string name = snapshot_name(Slot{slot_});
  const std::vector<std::byte> theirs = files_.at(name);
  files_.clear();
  slot_ = 0;
  LogOptions options = small_options();
  options.fresh_incarnation = Incarnation{0xbeef};
  {
    MemoryDisk disk(files_);
    ASSERT_TRUE(open_log(disk, options).log);
  }
  files_[name] = theirs;
  const Opened opened = reopen();
  EXPECT_FALSE(opened.log);
  EXPECT_THAT(opened.problem, HasSubstr(name));
}

TEST_F(SnapshotTest, AStateThatBreaksOffChangesNothing) {
  write("first");
  const Slot first{slot_};
  MemoryDisk disk(files_);
  Opened opened = open_log(disk, small_options());
  ASSERT_TRUE(opened.log) << opened.problem;
  put(*opened.log, disk, 20);
  const Slot dropped = opened.log->dropped();
  EXPECT_FALSE(
      snapshot(*opened.log, disk, Slot{slot_}, Slot{slot_}, std::make_unique<BrokenState>()));
  EXPECT_EQ(opened.log->snapshot(), first);
  EXPECT_EQ(opened.log->dropped(), dropped);
  EXPECT_FALSE(files_.contains(snapshot_name(Slot{slot_})));
  EXPECT_EQ(reopen().state, "first");
}

/// One of a peer, on its way.
class IncomingTest : public SnapshotTest {
 protected:
  IncomingTest() {
    seal_chunk(chunk_, kSlot, 0, kChunkPayload);
    EXPECT_FALSE(log().begin_incoming(kSlot));
    EXPECT_TRUE(files_.contains(kIncomingName));
  }

  Log& log() { return *opened_.log; }
  bool is_gone() {
    return wait_until(log(), disk_, [this] {
      return !files_.contains(kIncomingName) && !files_.contains(kGivenUpName);
    });
  }

  static constexpr Slot kSlot{7};
  MemoryDisk disk_{files_};
  Opened opened_ = open_log(disk_, small_options());
  std::vector<std::byte> chunk_ = std::vector<std::byte>(kChunkBytes);
};

TEST_F(IncomingTest, WhatIsGivenUpLeavesNothing) {
  log().put_chunk(chunk_);
  ASSERT_TRUE(wait_until(log(), disk_, [&] { return log().incoming_ready(); }));
  log().give_up_incoming();
  EXPECT_TRUE(is_gone());
  log().give_up_incoming();
  // Nothing is in the way of the next one.
  EXPECT_FALSE(log().begin_incoming(Slot{9}));
  EXPECT_TRUE(files_.contains(kIncomingName));
}

TEST_F(IncomingTest, WhatIsGivenUpGoesWhenItsWriteHasEnded) {
  disk_.hold(true);
  log().put_chunk(chunk_);
  log().give_up_incoming();
  log().poll();
  EXPECT_TRUE(files_.contains(kIncomingName));
  EXPECT_FALSE(log().incoming_ready());
  disk_.hold(false);
  EXPECT_TRUE(is_gone());
  EXPECT_TRUE(log().incoming_ready());
  EXPECT_FALSE(log().incoming_failure());
}

TEST_F(IncomingTest, WhatCannotBeWrittenLeavesNothing) {
  disk_.fail_next_write(std::make_error_code(std::errc::no_space_on_device));
  log().put_chunk(chunk_);
  EXPECT_TRUE(is_gone());
  EXPECT_EQ(log().incoming_failure(), std::errc::no_space_on_device);
  EXPECT_FALSE(log().failure());
}

TEST_F(SnapshotTest, WithoutRoomNothingIsDropped) {
  MemoryDisk disk(files_);
  Opened opened = open_log(disk, small_options());
  put(*opened.log, disk, 20);
  disk.set_full(true);
  EXPECT_FALSE(snapshot(*opened.log, disk, Slot{slot_}, Slot{slot_}, "state"));
  EXPECT_EQ(opened.log->dropped(), Slot{0});
  EXPECT_EQ(read_back(*opened.log, 1, slot_).size(), 20);
  disk.set_full(false);
  EXPECT_TRUE(snapshot(*opened.log, disk, Slot{slot_}, Slot{slot_}, "state"));
  EXPECT_GT(opened.log->dropped(), Slot{0});
}

}  // namespace
}  // namespace decree::wal
