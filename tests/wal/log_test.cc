// The log on a disk in memory: what is appended is found again.
#include "wal/log.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/memory_disk.h"
#include "tests/wal/log_fixture.h"
#include "wal/snapshot_format.h"

namespace decree::wal {
namespace {

class LogTest : public ::testing::Test {
 protected:
  MemoryFiles files_;
};

TEST_F(LogTest, FindsWhatWasAppended) {
  std::vector<KeptRecord> batch{promise_of(3), accept_of(1, 300), accept_of(2, 0)};
  KeptRecord large = accept_of(3, 20'000);
  {
    MemoryDisk disk(files_);
    Opened opened = open_log(disk, small_options());
    ASSERT_TRUE(opened.log) << opened.problem;
    EXPECT_EQ(append(*opened.log, batch), Lsn{1});
    EXPECT_EQ(append(*opened.log, large), Lsn{2});
    EXPECT_EQ(opened.log->poll(), Lsn{0});  // nothing was handed to the device
    EXPECT_TRUE(wait_durable(*opened.log, disk, Lsn{2}));
  }
  MemoryDisk disk(files_);
  const Opened opened = open_log(disk, small_options());
  ASSERT_TRUE(opened.log) << opened.problem;
  std::vector<KeptRecord> expected = batch;
  expected.push_back(large);
  EXPECT_EQ(opened.records, expected);
  EXPECT_EQ(opened.log->status().durable, Lsn{2});
  EXPECT_EQ(opened.log->status().batches_cut, 0);
}

TEST_F(LogTest, RollsOverSegmentsAcrossManyOpenings) {
  std::vector<KeptRecord> expected;
  std::uint64_t slot = 0;
  for (int opening = 0; opening < 20; ++opening) {
    MemoryDisk disk(files_);
    Opened opened = open_log(disk, small_options());
    ASSERT_TRUE(opened.log) << opened.problem;
    ASSERT_EQ(opened.records, expected);
    EXPECT_EQ(opened.log->status().identity.start.value, opening + 1);
    for (int i = 0; i < 10; ++i) {
      ++slot;
      KeptRecord record = accept_of(slot, (slot * 3571) % 50'000);
      const Lsn lsn = append(*opened.log, record);
      EXPECT_EQ(lsn, Lsn{slot});
      ASSERT_TRUE(wait_durable(*opened.log, disk, lsn));
      expected.push_back(record);
    }
  }
  EXPECT_GT(files_.size(), 50);
}

TEST_F(LogTest, FilesOfDroppedSegmentsAreUsedAgain) {
  std::size_t most_files = 0;
  std::uint64_t slot = 0;
  for (int opening = 0; opening < 5; ++opening) {
    MemoryDisk disk(files_);
    Opened opened = open_log(disk, small_options());
    ASSERT_TRUE(opened.log) << opened.problem;
    EXPECT_EQ(opened.snapshot, Slot{slot});
    EXPECT_TRUE(opened.records.empty() || opened.records.back().last == Slot{slot});
    for (int i = 0; i < 200; ++i) {
      KeptRecord record = accept_of(++slot, 10'000);
      ASSERT_TRUE(wait_durable(*opened.log, disk, append(*opened.log, record)));
      if (slot % 20 != 0) continue;
      ASSERT_TRUE(snapshot(*opened.log, disk, Slot{slot}, Slot{slot - 5}, "state"));
      EXPECT_LE(opened.log->dropped(), Slot{slot - 5});
      EXPECT_EQ(read_back(*opened.log, slot - 4, slot).size(), 5);
      most_files = std::max(most_files, files_.size());
    }
  }
  EXPECT_LT(most_files, 20) << "1,000 records are more than 200 segments";
}

TEST_F(LogTest, WhatAFileHeldBeforeIsNotReadBack) {
  MemoryDisk disk(files_);
  Opened opened = open_log(disk, small_options());
  std::uint64_t slot = 0;
  const auto put = [&] {
    KeptRecord record = accept_of(++slot, 10);
    return append(*opened.log, record);
  };
  // One block each and no mark: wherever a mark will be, there is a batch of this opening now.
  const auto fill = [&](int batches) {
    for (int i = 0; i < batches; ++i) {
      const Lsn lsn = put();
      while (opened.log->poll() < lsn) opened.log->flush();
    }
  };
  fill(60);
  ASSERT_TRUE(snapshot(*opened.log, disk, Slot{slot}, Slot{slot}, "state"));
  fill(40);
  disk.hold(true);
  const Lsn before = put();
  opened.log->flush();
  disk.complete(0);
  ASSERT_EQ(opened.log->poll(), before);
  opened.log->idle();
  ASSERT_EQ(disk.outstanding(), 1) << "the mark is under way";
  const Lsn behind = put();
  opened.log->flush();
  disk.complete(1);
  ASSERT_EQ(opened.log->poll(), behind);
  EXPECT_EQ(read_back(*opened.log, slot - 1, slot).size(), 2);
}

TEST_F(LogTest, WithoutTheSnapshotADroppedSegmentIsAHole) {
  const LogOptions options = small_options();
  {
    MemoryDisk disk(files_);
    Opened opened = open_log(disk, options);
    for (std::uint64_t slot = 1; slot <= 20; ++slot) {
      KeptRecord record = accept_of(slot, 10'000);
      ASSERT_TRUE(wait_durable(*opened.log, disk, append(*opened.log, record)));
    }
    ASSERT_TRUE(snapshot(*opened.log, disk, Slot{20}, Slot{20}, "state"));
    for (std::uint64_t slot = 21; slot <= 40; ++slot) {
      KeptRecord record = accept_of(slot, 10'000);
      ASSERT_TRUE(wait_durable(*opened.log, disk, append(*opened.log, record)));
    }
  }
  ASSERT_EQ(files_.erase(snapshot_name(Slot{20})), 1);
  MemoryDisk disk(files_);
  const Opened opened = open_log(disk, options);
  EXPECT_FALSE(opened.log);
  EXPECT_NE(opened.problem.find(segment_name(1)), std::string::npos) << opened.problem;
}

TEST_F(LogTest, ASmallRecordIsOneBlock) {
  MemoryDisk disk(files_);
  Opened opened = open_log(disk, small_options());
  KeptRecord record = accept_of(1, 300);
  append(*opened.log, record);
  EXPECT_EQ(opened.log->status().bytes_written, kBlockSize);
}

TEST_F(LogTest, ReportsDurabilityInOrder) {
  MemoryDisk disk(files_);
  Opened opened = open_log(disk, small_options());
  disk.hold(true);
  for (std::uint64_t slot = 1; slot <= 3; ++slot) {
    KeptRecord record = accept_of(slot, 10);
    append(*opened.log, record);
  }
  opened.log->flush();
  disk.complete(2);
  EXPECT_EQ(opened.log->poll(), Lsn{0});
  disk.complete(0);
  EXPECT_EQ(opened.log->poll(), Lsn{1});
  disk.complete(0);
  EXPECT_EQ(opened.log->poll(), Lsn{3});
}

TEST_F(LogTest, KeepsABoundOnWritesUnderWay) {
  MemoryDisk disk(files_);
  LogOptions options = small_options();
  options.segment_bytes = 1u << 20;
  Opened opened = open_log(disk, options);
  disk.hold(true);
  for (std::uint64_t slot = 1; slot <= 40; ++slot) {
    KeptRecord record = accept_of(slot, 10);
    append(*opened.log, record);
  }
  opened.log->flush();
  EXPECT_EQ(disk.outstanding(), 16);
  disk.complete(1);
  opened.log->poll();
  EXPECT_EQ(disk.outstanding(), 15);  // the first one holds the others back
  disk.complete(0);
  opened.log->poll();
  EXPECT_EQ(disk.outstanding(), 16);
  disk.hold(false);
  EXPECT_TRUE(wait_durable(*opened.log, disk, Lsn{40}));
}

TEST_F(LogTest, WritesOneMarkWhenTheQueueRunsEmpty) {
  MemoryDisk disk(files_);
  Opened opened = open_log(disk, small_options());
  KeptRecord record = accept_of(1, 10);
  ASSERT_TRUE(wait_durable(*opened.log, disk, append(*opened.log, record)));
  for (int i = 0; i < 10; ++i) opened.log->poll();
  EXPECT_EQ(opened.log->status().bytes_written, 2 * kBlockSize);
}

TEST_F(LogTest, AFailedWriteIsFinal) {
  MemoryDisk disk(files_);
  Opened opened = open_log(disk, small_options());
  KeptRecord first = accept_of(1, 10);
  ASSERT_TRUE(wait_durable(*opened.log, disk, append(*opened.log, first)));
  opened.log->poll();
  disk.fail_next_write(std::make_error_code(std::errc::io_error));
  KeptRecord second = accept_of(2, 10);
  EXPECT_EQ(append(*opened.log, second), Lsn{2});
  EXPECT_FALSE(wait_durable(*opened.log, disk, Lsn{2}));
  EXPECT_EQ(opened.log->failure(), std::errc::io_error);
  const std::uint64_t written = opened.log->status().bytes_written;
  KeptRecord third = accept_of(3, 10);
  EXPECT_EQ(append(*opened.log, third), Lsn{3});
  opened.log->flush();
  EXPECT_EQ(opened.log->poll(), Lsn{1});
  EXPECT_EQ(opened.log->status().bytes_written, written);
  EXPECT_EQ(opened.log->room_bytes(), 0);
}

TEST_F(LogTest, AFullDiskLeavesRoomForPromisesAndRecovers) {
  MemoryDisk disk(files_);
  Opened opened = open_log(disk, small_options());
  disk.set_full(true);
  opened.log->poll();
  std::uint64_t slot = 0;
  while (opened.log->room_bytes() > 0) {
    KeptRecord record = accept_of(++slot, 3'000);
    ASSERT_TRUE(wait_durable(*opened.log, disk, append(*opened.log, record)));
    opened.log->poll();
  }
  EXPECT_GT(slot, 3);
  KeptRecord promise = promise_of(9);
  EXPECT_TRUE(wait_durable(*opened.log, disk, append(*opened.log, promise)));
  EXPECT_FALSE(opened.log->failure());
  // A batch that has no room waits, and is written once there is space again.
  KeptRecord large = accept_of(++slot, 30'000);
  const Lsn lsn = append(*opened.log, large);
  opened.log->flush();
  EXPECT_LT(opened.log->poll(), lsn);
  EXPECT_EQ(read_back(*opened.log, slot, slot), std::vector{large});
  disk.set_full(false);
  EXPECT_TRUE(wait_durable(*opened.log, disk, lsn));
  EXPECT_GT(opened.log->room_bytes(), 0);
}

TEST_F(LogTest, ReadsBackRangesOfSlots) {
  MemoryDisk disk(files_);
  LogOptions options = small_options();
  std::vector<KeptRecord> all;
  for (int opening = 0; opening < 3; ++opening) {
    Opened opened = open_log(disk, options);
    ASSERT_TRUE(opened.log) << opened.problem;
    for (int i = 0; i < 60; ++i) {
      all.push_back(accept_of(all.size() + 1, (all.size() * 131) % 6'000));
      KeptRecord promise = promise_of(all.size());
      append(*opened.log, promise);
      ASSERT_TRUE(wait_durable(*opened.log, disk, append(*opened.log, all.back())));
    }
    disk.hold(true);  // and some that are not durable
    for (int i = 0; i < 3; ++i) {
      all.push_back(accept_of(all.size() + 1, 50));
      append(*opened.log, all.back());
    }
    for (std::size_t first = 1; first <= all.size(); first += 17) {
      const std::size_t last = std::min(first + 20, all.size());
      const std::vector<KeptRecord> expected(all.begin() + static_cast<std::ptrdiff_t>(first - 1),
                                             all.begin() + static_cast<std::ptrdiff_t>(last));
      ASSERT_EQ(read_back(*opened.log, first, last), expected) << first;
    }
    EXPECT_EQ(read_back(*opened.log, 1, all.size(), 1).size(), 1);
    EXPECT_TRUE(read_back(*opened.log, all.size() + 1, all.size() + 9).empty());
    disk.hold(false);
    ASSERT_TRUE(wait_durable(*opened.log, disk, opened.log->status().appended));
  }
}

TEST_F(LogTest, ReadingBackFindsDamage) {
  MemoryDisk disk(files_);
  Opened opened = open_log(disk, small_options());
  for (std::uint64_t slot = 1; slot <= 5; ++slot) {
    KeptRecord record = accept_of(slot, 100);
    ASSERT_TRUE(wait_durable(*opened.log, disk, append(*opened.log, record)));
  }
  files_.at("segment-0000000000000001.log")[3 * kBlockSize + 100] ^= std::byte{1};
  const auto ignore = [](Lsn, const Record&) {};
  EXPECT_EQ(opened.log->read(Slot{1}, Slot{5}, UINT64_MAX, ignore), std::errc::io_error);
}

TEST_F(LogTest, RefusesSegmentsOfAWrongSize) {
  for (const std::uint64_t bytes :
       {std::uint64_t{4096}, kSmallSegment + 1, std::uint64_t{2} << 30}) {
    MemoryDisk disk(files_);
    LogOptions options = small_options();
    options.segment_bytes = bytes;
    EXPECT_NE(open_log(disk, options).problem.find(std::to_string(bytes)), std::string::npos);
  }
}

TEST_F(LogTest, TakesRecordsUpToItsBound) {
  MemoryDisk disk(files_);
  Opened opened = open_log(disk, small_options());
  opened.log->poll();
  KeptRecord largest = accept_of(1, opened.log->max_record_bytes());
  EXPECT_TRUE(wait_durable(*opened.log, disk, append(*opened.log, largest)));
  KeptRecord larger = accept_of(2, opened.log->max_record_bytes() + 1);
  EXPECT_DEATH(append(*opened.log, larger), "an append fits in a segment");
}

}  // namespace
}  // namespace decree::wal
