// A damaged block outlives the segment that it was in if its file is used again; where the log ends
// in front of it, it would be taken for a damaged batch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/memory_disk.h"
#include "tests/wal/log_fixture.h"
#include "wal/batch.h"
#include "wal/snapshot_format.h"

namespace decree::wal {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kFirst = segment_name(1);

class SpoiledFileTest : public ::testing::Test {
 protected:
  void open() {
    opened_ = {};  // which uses the disk
    disk_.emplace(files_);
    opened_ = open_log(*disk_, small_options());
    ASSERT_TRUE(opened_.log) << opened_.problem;
  }

  /// Batches and marks in turn, a block each: those of the first segment are odd and even ones.
  void put(int records) {
    for (int i = 0; i < records; ++i) {
      KeptRecord record = accept_of(++slot_, 10);
      ASSERT_TRUE(wait_durable(*opened_.log, *disk_, append(*opened_.log, record)));
    }
  }

  void rot(std::size_t block) { files_.at(kFirst)[block * kBlockSize + 777] ^= std::byte{4}; }

  /// All but the current segment is dropped, and what may be used again is: nothing damaged is.
  void turn_over() {
    ASSERT_TRUE(snapshot(*opened_.log, *disk_, Slot{slot_}, Slot{slot_}, "state"));
    for (int i = 0; i < 60; ++i) {
      ASSERT_THAT(damaged_blocks(), IsEmpty());
      put(1);
    }
  }

  [[nodiscard]] std::vector<std::string> damaged_blocks() const {
    std::vector<std::string> found;
    for (const auto& [name, bytes] : files_) {
      if (!segment_number(name)) continue;
      for (std::size_t at = 0; at < bytes.size(); at += kBlockSize) {
        const auto block = std::span(bytes).subspan(at, kBlockSize);
        if (all_zero(block) || unseal(ConstBlock(block), kSecret)) continue;
        found.push_back(name + " " + std::to_string(at / kBlockSize));
      }
    }
    return found;
  }

  MemoryFiles files_;
  std::optional<MemoryDisk> disk_;
  Opened opened_;
  std::uint64_t slot_ = 0;
};

TEST_F(SpoiledFileTest, ADamagedBatchGoesWithItsFile) {
  open();
  put(20);
  rot(5);
  open();
  ASSERT_THAT(opened_.holes, SizeIs(1));
  turn_over();
}

TEST_F(SpoiledFileTest, ADamagedMarkDoes) {
  open();
  put(20);
  rot(6);
  open();
  ASSERT_THAT(opened_.holes, IsEmpty());
  turn_over();
}

TEST_F(SpoiledFileTest, WhatIsFoundByTheSlowReadDoes) {
  open();
  put(20);
  rot(5);
  std::string damage;
  for (int tries = 0; tries < 10 && damage.empty(); ++tries) {
    opened_.log->scrub();
    opened_.log->poll();
    if (const auto scrubbed = opened_.log->take_scrubbed()) damage = scrubbed->damage;
  }
  ASSERT_FALSE(damage.empty());
  turn_over();
}

TEST_F(SpoiledFileTest, ACrashBeforeTheFileIsGoneChangesNothing) {
  open();
  put(20);
  rot(5);
  open();
  const std::vector<std::byte> left = files_.at(kFirst);
  turn_over();
  ASSERT_FALSE(files_.contains(kFirst));
  files_[kFirst] = left;
  open();
  turn_over();
}

TEST_F(SpoiledFileTest, FilesAreUsedAgainBehindTheDamage) {
  open();
  put(20);
  rot(5);
  open();
  turn_over();
  std::size_t most = 0;
  for (int turn = 0; turn < 20; ++turn) {
    turn_over();
    most = std::max(most, files_.size());
  }
  EXPECT_LT(most, 20);
}

}  // namespace
}  // namespace decree::wal
