// The slow read for rot, on a disk in memory: it finds what a later reader would stumble over, and
// nothing else.
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

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ScrubTest : public ::testing::Test {
 protected:
  ScrubTest() { open(); }

  void open() {
    opened_ = {};  // which uses the disk
    disk_.emplace(files_);
    opened_ = open_log(*disk_, small_options());
    ASSERT_TRUE(opened_.log) << opened_.problem;
  }
  Log& log() { return *opened_.log; }

  void put(int records) {
    for (int i = 0; i < records; ++i) {
      ++slot_;
      KeptRecord record = accept_of(slot_, slot_ % 3 == 0 ? 10'000 : 500);
      ASSERT_TRUE(wait_durable(log(), *disk_, append(log(), record)));
    }
  }
  void take_snapshot(std::size_t bytes) {
    ASSERT_TRUE(snapshot(log(), *disk_, Slot{slot_}, Slot{slot_ - 20}, std::string(bytes, 's')));
  }
  /// Several segments, of which the first ones were dropped, used again and not filled, from two
  /// openings; and a snapshot of several pieces.
  void fill() {
    put(60);
    take_snapshot(400'000);
    put(10);
    open();
    put(10);
  }

  Scrubbed piece() {
    for (int tries = 0; tries < 10; ++tries) {
      log().scrub();
      log().poll();
      if (const auto scrubbed = log().take_scrubbed()) return *scrubbed;
    }
    ADD_FAILURE() << "nothing was read";
    return {0, 0, true, {}};
  }
  /// What a pass finds.
  std::vector<std::string> pass() {
    std::vector<std::string> found;
    pieces_ = 0;
    for (Scrubbed each = piece(); !each.ends_pass; each = piece()) {
      ++pieces_;
      if (!each.damage.empty()) found.push_back(each.damage);
    }
    return found;
  }

  /// A batch's blocks are found by their stamps; of those that a file held before, the number of
  /// the segment is another one.
  static bool is_live_batch(const std::string& name, std::span<const std::byte> block) {
    const auto stamp = unseal(ConstBlock(block), kSecret);
    return stamp && stamp->kind == static_cast<std::uint32_t>(BlockKind::batch) &&
           segment_number(name) == stamp->segment;
  }
  [[nodiscard]] bool is_needed(const std::string& name) {
    const auto number = segment_number(name);
    return number && *number >= log().start().segment;
  }

  MemoryFiles files_;
  std::optional<MemoryDisk> disk_;
  Opened opened_;
  std::uint64_t slot_ = 0;
  int pieces_ = 0;
};

TEST_F(ScrubTest, FindsRotInEveryBlockThatCountsAndInNoOther) {
  fill();
  ASSERT_GT(log().start().segment, 1);
  EXPECT_THAT(pass(), IsEmpty());
  int found = 0;
  int harmless = 0;
  for (auto& [name, bytes] : files_) {
    if (!segment_number(name)) continue;
    for (std::size_t at = 0; at < bytes.size(); at += kBlockSize) {
      const bool counts =
          is_needed(name) && is_live_batch(name, std::span(bytes).subspan(at, kBlockSize));
      bytes[at + 2'345] ^= std::byte{8};
      if (counts) {
        EXPECT_THAT(pass(), ElementsAre(HasSubstr(name + ", from offset "))) << at;
      } else {
        EXPECT_THAT(pass(), IsEmpty()) << name << " " << at;
      }
      bytes[at + 2'345] ^= std::byte{8};
      ++(counts ? found : harmless);
    }
  }
  EXPECT_GT(found, 30);
  EXPECT_GT(harmless, 20) << "headers, marks, zeros, what files held before, files to be used";
}

TEST_F(ScrubTest, FindsABatchThatIsGoneOrAtTheWrongPlace) {
  put(40);
  std::vector<std::byte>& bytes = files_.at(segment_name(2));
  const std::vector<std::byte> good = bytes;
  std::vector<std::size_t> heads;
  for (std::size_t at = kBlockSize; at < bytes.size(); at += kBlockSize) {
    const auto block = std::span(bytes).subspan(at, kBlockSize);
    const auto place = Place{2, static_cast<std::uint32_t>(at / kBlockSize)};
    if (batch_stamp(ConstBlock(block), place, 16, kSecret)) heads.push_back(at);
  }
  ASSERT_GT(heads.size(), 3);
  const auto lay = [&](std::span<const std::byte> block) {
    std::ranges::copy(block, bytes.begin() + static_cast<std::ptrdiff_t>(heads[2]));
  };
  lay(std::vector<std::byte>(kBlockSize));
  EXPECT_EQ(pass().size(), 1) << "a lost write";
  lay(std::span(good).subspan(heads[1], kBlockSize));
  EXPECT_EQ(pass().size(), 1) << "a misdirected one";
  bytes = good;
  EXPECT_THAT(pass(), IsEmpty());
}

TEST_F(ScrubTest, FindsRotInEveryBlockOfTheSnapshot) {
  fill();
  const std::string name = snapshot_name(log().snapshot());
  std::vector<std::byte>& bytes = files_.at(name);
  ASSERT_GT(bytes.size(), 6 * kChunkBytes);
  for (std::size_t at = 0; at < bytes.size(); at += kBlockSize) {
    // Behind its fields a header's block is sealed as well.
    bytes[at + 2'345] ^= std::byte{8};
    EXPECT_THAT(pass(), ElementsAre(HasSubstr(name))) << at;
    bytes[at + 2'345] ^= std::byte{8};
  }
  take_snapshot(0);
  EXPECT_THAT(pass(), IsEmpty());
}

TEST_F(ScrubTest, WhatCannotBeReadOrIsGoneIsDamaged) {
  fill();
  const std::string name = segment_name(log().start().segment);
  disk_->fail_reads_of(name);
  EXPECT_THAT(pass(), ElementsAre(HasSubstr(name + ", from offset ")));
  EXPECT_THAT(pass(), ElementsAre(HasSubstr("cannot be read: Input/output error")));
  disk_->fail_reads_of("");
  const auto file = files_.extract(name);
  EXPECT_THAT(pass(), ElementsAre(HasSubstr("cannot be read: No such file or directory")));
}

TEST_F(ScrubTest, WhatWasDroppedMeanwhileIsNoDamage) {
  put(60);
  files_.at(segment_name(1))[kBlockSize + 2'345] ^= std::byte{8};
  EXPECT_THAT(pass(), ElementsAre(HasSubstr(segment_name(1))));
  disk_->hold_creations(true);
  log().scrub();
  log().write_snapshot(Slot{slot_}, log().start_behind(Slot{slot_}),
                       std::make_unique<TextState>("state"));
  disk_->hold_creations(false);
  log().poll();
  ASSERT_GT(log().start().segment, 1);
  const auto scrubbed = log().take_scrubbed();
  ASSERT_TRUE(scrubbed);
  EXPECT_EQ(scrubbed->damage, "");
  EXPECT_THAT(pass(), IsEmpty());
}

TEST_F(ScrubTest, APassEndsAlthoughTheLogGrowsAndSnapshotsAreReplaced) {
  fill();
  pass();
  const int alone = pieces_;
  int pieces = 0;
  for (Scrubbed each = piece(); !each.ends_pass; each = piece()) {
    EXPECT_EQ(each.damage, "");
    ASSERT_LT(++pieces, 3 * alone);
    put(20);
    take_snapshot(400'000);
  }
}

TEST_F(ScrubTest, WaitsForFilesThatTheLogNeedsMore) {
  put(30);
  EXPECT_THAT(pass(), IsEmpty());
  const auto is_read = [&] {
    log().scrub();
    disk_->hold_creations(false);
    log().poll();
    return log().take_scrubbed().has_value();
  };
  disk_->hold_creations(true);
  log().write_snapshot(Slot{slot_}, log().start_behind(Slot{1}),
                       std::make_unique<TextState>("state"));
  EXPECT_FALSE(is_read());
  EXPECT_TRUE(is_read());
  disk_->hold_creations(true);
  const std::uint64_t of_one_segment = (kSmallSegment / kBlockSize - 3) * kBlockPayload;
  while (log().room_bytes() >= of_one_segment) put(1);  // then the next one is made
  EXPECT_FALSE(is_read());
  EXPECT_TRUE(is_read());
}

TEST_F(ScrubTest, AFreshStartLeavesAllDamageBehind) {
  put(3);
  files_.at(segment_name(1))[kBlockSize + 2'345] ^= std::byte{8};
  EXPECT_EQ(pass().size(), 1);
  const LogStart start = log().start_afresh(Slot{slot_});
  EXPECT_EQ(start.segment, 2);
  EXPECT_EQ(start.dropped, Slot{slot_});
  KeptRecord restated = promise_of(9);
  ASSERT_TRUE(wait_durable(log(), *disk_, append(log(), restated)));
  log().write_snapshot(Slot{slot_}, start, std::make_unique<TextState>("state"));
  log().poll();
  EXPECT_EQ(log().take_snapshot_end(), std::error_code());
  EXPECT_THAT(pass(), IsEmpty());
  open();
  EXPECT_THAT(opened_.holes, IsEmpty());
  EXPECT_EQ(opened_.state, "state");
  EXPECT_EQ(opened_.records, std::vector{restated});
  put(3);
  EXPECT_EQ(read_back(log(), slot_ - 2, slot_).size(), 3);
}

TEST_F(ScrubTest, AFreshStartKeepsWhatIsNotCovered) {
  put(30);
  const LogStart start = log().start_afresh(Slot{slot_ - 1});
  EXPECT_EQ(start.dropped, log().start_behind(Slot{slot_ - 1}).dropped);
  EXPECT_LT(start.dropped, Slot{slot_});
}

}  // namespace
}  // namespace decree::wal
