// What an opening makes of a log that was torn, damaged or tampered with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/memory_disk.h"
#include "tests/wal/log_fixture.h"
#include "wal/format.h"

namespace decree::wal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kFirst[] = "segment-0000000000000001.log";
constexpr char kSecond[] = "segment-0000000000000002.log";

/// Tells of the n-th block whether bit n is set.
std::function<bool()> bits(unsigned mask) {
  return [mask, n = 0]() mutable { return (mask >> n++ & 1) != 0; };
}

class RecoveryTest : public ::testing::Test {
 protected:
  /// Appends records of these sizes, each durable before the next, slots from `first` on.
  std::vector<KeptRecord> write(const std::vector<std::size_t>& sizes, std::uint64_t first = 1) {
    MemoryDisk disk(files_);
    Opened opened = open_log(disk, small_options());
    EXPECT_TRUE(opened.log) << opened.problem;
    std::vector<KeptRecord> records;
    for (const std::size_t size : sizes) {
      records.push_back(accept_of(first++, size));
      EXPECT_TRUE(wait_durable(*opened.log, disk, append(*opened.log, records.back())));
    }
    return records;
  }

  /// Appends records of these sizes, none of them acknowledged, and loses power: of the blocks, in
  /// order, those in `mask` are written.
  void write_and_crash(const std::vector<std::size_t>& sizes, unsigned mask, std::uint64_t first) {
    MemoryDisk disk(files_);
    Opened opened = open_log(disk, small_options());
    ASSERT_TRUE(opened.log) << opened.problem;
    opened.log->poll();  // the next segment is there
    disk.hold(true);
    for (const std::size_t size : sizes) {
      KeptRecord record = accept_of(first++, size);
      append(*opened.log, record);
    }
    opened.log->flush();
    disk.crash(bits(mask));
  }

  Opened reopen() {
    MemoryDisk disk(files_);
    Opened opened = open_log(disk, small_options());
    opened.log.reset();  // the disk goes
    return opened;
  }

  std::span<std::byte> block(const std::string& name, std::size_t index) {
    return std::span(files_.at(name)).subspan(index * kBlockSize, kBlockSize);
  }
  void rot(const std::string& name, std::size_t index) { block(name, index)[777] ^= std::byte{4}; }
  void zero(const std::string& name, std::size_t index) {
    std::ranges::fill(block(name, index), std::byte{0});
  }

  enum class Damage { rot, zeros, another_block };
  void hurt(Damage damage, const std::string& name, std::size_t index) {
    if (damage == Damage::rot) rot(name, index);
    if (damage == Damage::zeros) zero(name, index);
    if (damage == Damage::another_block) {
      std::ranges::copy(block(name, 1), block(name, index).begin());
    }
  }

  /// One hole behind this append, through this slot, and all the others records.
  void expect_hole(std::uint64_t after, std::uint64_t highest_slot, const std::string& words,
                   const std::vector<KeptRecord>& records) {
    const Opened opened = reopen();
    EXPECT_THAT(opened.problem, IsEmpty());
    EXPECT_EQ(opened.records, records);
    ASSERT_EQ(opened.holes.size(), 1);
    EXPECT_EQ(opened.holes[0].after, Lsn{after});
    EXPECT_EQ(opened.holes[0].through.highest_slot, highest_slot);
    EXPECT_THAT(opened.holes[0].what, HasSubstr(words));
  }

  void expect_refused(const std::vector<std::string>& words) {
    const Opened opened = reopen();
    EXPECT_FALSE(opened.log);
    for (const std::string& word : words) EXPECT_THAT(opened.problem, HasSubstr(word));
  }

  MemoryFiles files_;
};

TEST_F(RecoveryTest, CutsATornBatchWhateverBlocksOfItWereWritten) {
  constexpr unsigned kBlocks = 5;
  for (unsigned mask = 0; mask < 1U << kBlocks; ++mask) {
    SCOPED_TRACE(mask);
    files_.clear();
    std::vector<KeptRecord> expected = write({100});
    write_and_crash({18'000}, mask, 2);
    MemoryDisk disk(files_);
    Opened opened = open_log(disk, small_options());
    ASSERT_TRUE(opened.log) << opened.problem;
    const bool all = mask == (1U << kBlocks) - 1;
    ASSERT_EQ(opened.records.size(), all ? 2 : 1);
    EXPECT_EQ(opened.records[0], expected[0]);
    EXPECT_EQ(opened.log->status().batches_cut, mask != 0 && !all ? 1 : 0);

    KeptRecord next = accept_of(9, 5'000);
    EXPECT_EQ(append(*opened.log, next), Lsn{opened.records.size() + 1});
    ASSERT_TRUE(wait_durable(*opened.log, disk, Lsn{next.lsn}));
    std::vector<KeptRecord> records = opened.records;
    records.push_back(next);
    EXPECT_EQ(reopen().records, records);
  }
}

TEST_F(RecoveryTest, KeepsWhatIsWholeBeforeTheFirstTornBatch) {
  // Batches of 2, 1, 3 and 1 blocks are under way together.
  const std::vector<std::size_t> sizes{5'000, 10, 10'000, 10};
  const std::vector<unsigned> whole{0b11, 0b111, 0b111111, 0b1111111};
  for (unsigned mask = 0; mask < 1U << 7; ++mask) {
    SCOPED_TRACE(mask);
    files_.clear();
    write({100});
    write_and_crash(sizes, mask, 2);
    std::size_t expected = 1;
    for (const unsigned blocks : whole) expected += (mask & blocks) == blocks ? 1 : 0;
    const Opened opened = reopen();
    ASSERT_THAT(opened.problem, IsEmpty());
    ASSERT_EQ(opened.records.size(), expected);
    EXPECT_EQ(opened.records.back(), [&] {
      KeptRecord last = accept_of(expected, expected == 1 ? 100 : sizes[expected - 2]);
      last.lsn = expected;
      return last;
    }());
  }
}

TEST_F(RecoveryTest, CutsBatchesThatReachedIntoTheNextSegment) {
  write({100});
  write_and_crash({40'000, 40'000, 10}, 0b111'1111'1110'1111'1111'1111, 2);
  const Opened opened = reopen();
  ASSERT_THAT(opened.problem, IsEmpty());
  EXPECT_EQ(opened.records.size(), 2);
  const std::vector<KeptRecord> next = write({30'000, 30'000}, 50);
  EXPECT_EQ(reopen().records.back(), next.back());
  EXPECT_EQ(reopen().records.size(), 4);
}

TEST_F(RecoveryTest, NeverUsesASequenceTwice) {
  std::set<std::uint64_t> used;
  std::uint64_t slot = 1;
  for (unsigned opening = 0; opening < 60; ++opening) {
    MemoryDisk disk(files_);
    disk.observe_writes([&](std::span<const std::byte> bytes) {
      const auto stamp = load<BlockStamp>(bytes);
      if (stamp.kind != static_cast<std::uint32_t>(BlockKind::batch)) return;
      EXPECT_TRUE(used.insert(stamp.sequence).second) << "sequence " << stamp.sequence;
    });
    Opened opened = open_log(disk, small_options());
    ASSERT_TRUE(opened.log) << opened.problem;
    opened.log->poll();  // the next segment is there
    disk.hold(true);
    for (int i = 0; i < 16; ++i) {
      KeptRecord record = accept_of(slot++, 3'000);
      append(*opened.log, record);
    }
    opened.log->flush();
    disk.crash(bits(opening * 0x9e3779b9));
  }
  EXPECT_EQ(used.size(), 60 * 16);
}

TEST_F(RecoveryTest, GoesOnBehindDamageInTheMiddle) {
  for (const Damage damage : {Damage::rot, Damage::zeros, Damage::another_block}) {
    files_.clear();
    std::vector<KeptRecord> records = write(std::vector<std::size_t>(6, 100));
    hurt(damage, kFirst, 5);  // block 0 is the header, marks follow batches: the third batch
    records.erase(records.begin() + 2);
    expect_hole(2, 3, "offset 20480: the appends 3 to 3 are damaged", records);
    // And again, behind what came later.
    const std::vector<KeptRecord> more = write({100, 5'000}, 7);
    records.insert(records.end(), more.begin(), more.end());
    expect_hole(2, 3, "offset 20480: the appends 3 to 3 are damaged", records);
  }
}

// The first block of what is damaged still looks like a batch.
TEST_F(RecoveryTest, WhatIsAroundDamageIsReadBack) {
  const std::vector<KeptRecord> written = write({300, 10'000, 300, 300});
  files_.at(kFirst)[4 * kBlockSize + 1'234] ^= std::byte{4};  // in the second batch
  MemoryDisk disk(files_);
  const Opened opened = open_log(disk, small_options());
  ASSERT_TRUE(opened.log) << opened.problem;
  ASSERT_EQ(opened.holes.size(), 1);
  EXPECT_EQ(read_back(*opened.log, 1, 4), opened.records);
  EXPECT_EQ(opened.records.size(), 3);
}

TEST_F(RecoveryTest, GoesOnBehindDamageOverSeveralSegments) {
  std::vector<KeptRecord> records = write(std::vector<std::size_t>(40, 5'000));
  for (std::size_t index = 0; index < kSmallSegment / kBlockSize; ++index) rot(kSecond, index);
  for (std::size_t index = 8; index < kSmallSegment / kBlockSize; ++index) rot(kFirst, index);
  const Opened opened = reopen();
  ASSERT_THAT(opened.problem, IsEmpty());
  ASSERT_EQ(opened.holes.size(), 1);
  const std::size_t before = opened.holes[0].after.value;
  EXPECT_EQ(opened.records[before].first.value, opened.holes[0].through.highest_slot + 1);
  EXPECT_GT(opened.holes[0].through.highest_slot, before + 4);
  EXPECT_EQ(opened.records.back(), records.back());
}

TEST_F(RecoveryTest, AMarkTellsWhatDamageAtTheEndTook) {
  std::vector<KeptRecord> records = write({100, 9'000});
  records.pop_back();
  const MemoryFiles whole = files_;
  for (const std::size_t index : {3U, 4U, 5U}) {  // the blocks of the second batch
    for (const Damage damage : {Damage::rot, Damage::zeros}) {
      files_ = whole;
      hurt(damage, kFirst, index);
      expect_hole(1, 2, "offset 12288", records);
    }
  }
}

TEST_F(RecoveryTest, AHoleTellsPromisesLeasesAndWatermarksToo) {
  {
    MemoryDisk disk(files_);
    Opened opened = open_log(disk, small_options());
    KeptRecord lease;
    lease.kind = RecordKind::lease;
    lease.last = Slot{1'000'000};
    KeptRecord watermark;
    watermark.kind = RecordKind::watermark;
    watermark.last = Slot{3};
    std::vector<KeptRecord> batch{promise_of(8), accept_of(4, 10), lease, watermark};
    ASSERT_TRUE(wait_durable(*opened.log, disk, append(*opened.log, batch)));
    KeptRecord later = accept_of(5, 10);  // of ballot 1.1
    ASSERT_TRUE(wait_durable(*opened.log, disk, append(*opened.log, later)));
  }
  for (const std::size_t index : {1U, 2U, 3U}) rot(kFirst, index);  // but for the last mark
  const Opened opened = reopen();
  ASSERT_THAT(opened.problem, IsEmpty());
  EXPECT_THAT(opened.records, IsEmpty());
  ASSERT_EQ(opened.holes.size(), 1);
  const Summary& lost = opened.holes[0].through;
  EXPECT_EQ(lost.ballot(), promise_of(8).ballot);
  EXPECT_EQ(lost.highest_slot, 5);
  EXPECT_EQ(lost.watermark, 3);
  EXPECT_EQ(lost.lease_ns, 1'000'000);
}

TEST_F(RecoveryTest, WhatAHoleMayHaveSupersededIsNotSure) {
  {
    MemoryDisk disk(files_);
    Opened opened = open_log(disk, small_options());
    KeptRecord chosen = accept_of(5, 10);
    chosen.kind = RecordKind::chosen;
    for (KeptRecord record : {accept_of(5, 10), promise_of(8), chosen, accept_of(9, 10)}) {
      ASSERT_TRUE(wait_durable(*opened.log, disk, append(*opened.log, record)));
    }
  }
  for (const std::size_t index : {3U, 4U, 5U}) rot(kFirst, index);  // promise, mark, chosen
  MemoryDisk disk(files_);
  const Opened opened = open_log(disk, small_options());
  ASSERT_EQ(opened.holes.size(), 1);
  const Ballot low = accept_of(5, 10).ballot;
  const Ballot high = promise_of(8).ballot;
  EXPECT_FALSE(opened.log->is_highest(Lsn{1}, Slot{6}, low)) << "a higher one may have been there";
  EXPECT_TRUE(opened.log->is_highest(Lsn{1}, Slot{6}, high));
  EXPECT_FALSE(opened.log->is_highest(Lsn{1}, Slot{5}, high)) << "or the chosen value";
  EXPECT_TRUE(opened.log->is_highest(Lsn{4}, Slot{5}, low)) << "it came after the hole";
}

TEST_F(RecoveryTest, RefusesABadLastBatchOfWhichNoBlockIsOld) {
  write({100});
  write_and_crash({9'000}, 0b111, 2);
  rot(kFirst, 4);
  expect_refused({kFirst, "offset 12288", "the batch is damaged"});
}

TEST_F(RecoveryTest, RefusesABadLastBlockThatCannotBeTold) {
  write({100});
  write_and_crash({10}, 0b1, 2);
  rot(kFirst, 3);
  expect_refused({kFirst, "offset 12288", "the batch is damaged"});
}

TEST_F(RecoveryTest, TheIdentityTellsWhatTheLastOpeningFound) {
  write({100, 100});
  ASSERT_EQ(reopen().records.size(), 2);
  for (std::size_t index = 1; index < 6; ++index) zero(kFirst, index);
  expect_hole(0, 2, "offset 4096: the appends 1 to 2 are damaged", {});
  const std::vector<KeptRecord> more = write({100}, 3);
  expect_hole(0, 2, "offset 4096: the appends 1 to 2 are damaged", more);
}

TEST_F(RecoveryTest, ALostMarkIsNoLoss) {
  const auto expect_all = [this](const std::vector<KeptRecord>& records) {
    const Opened opened = reopen();
    EXPECT_EQ(opened.records, records);
    EXPECT_THAT(opened.holes, IsEmpty());
  };
  std::vector<KeptRecord> expected = write({100});
  zero(kFirst, 2);
  expect_all(expected);
  // The mark was under way together with the batch behind it and did not make it.
  files_.clear();
  expected = write({100, 200});
  zero(kFirst, 2);
  expect_all(expected);
}

TEST_F(RecoveryTest, ASegmentNeedsNoHeader) {
  const std::vector<KeptRecord> records = write(std::vector<std::size_t>(30, 5'000));
  rot(kFirst, 0);
  zero(kSecond, 0);
  const Opened opened = reopen();
  EXPECT_THAT(opened.problem, IsEmpty());
  EXPECT_EQ(opened.records, records);
}

TEST_F(RecoveryTest, RefusesMissingForeignAndWrongSegments) {
  write(std::vector<std::size_t>(30, 5'000));
  ASSERT_GE(files_.size(), 5);
  const MemoryFiles whole = files_;
  files_.erase(kFirst);
  expect_refused({kFirst, "is missing"});
  files_ = whole;
  files_.erase(kSecond);
  expect_refused({kSecond, "is missing"});
  files_ = whole;
  files_[kSecond] = files_[kFirst];
  expect_refused({kSecond, "is a copy of segment-0000000000000001.log"});
  files_ = whole;
  files_[kSecond].resize(kSmallSegment / 2);
  expect_refused({kSecond, "is 32768 bytes long instead of 65536"});
  files_ = whole;
  files_[kSecond].resize(1000);
  expect_refused({kSecond, "is 1000 bytes long, which no segment is"});
}

TEST_F(RecoveryTest, RefusesLogsThatAreSomebodyElses) {
  write({100});
  LogOptions options = small_options();
  options.cluster = 8;
  MemoryDisk disk(files_);
  EXPECT_THAT(open_log(disk, options).problem, HasSubstr("belongs to cluster 7, not to cluster 8"));
  options = small_options();
  options.replica = ReplicaId{3};
  EXPECT_THAT(open_log(disk, options).problem, HasSubstr("belongs to replica 2, not to replica 3"));
}

TEST_F(RecoveryTest, TheIdentityIsKeptTwice) {
  write({100});
  for (const std::size_t copy : {0U, 1U}) {
    rot("identity", copy);
    EXPECT_THAT(reopen().problem, IsEmpty());
  }
  rot("identity", 0);
  rot("identity", 1);
  expect_refused({"identity", "both copies are damaged"});
  files_.erase("identity");
  expect_refused({"identity is missing"});
}

TEST_F(RecoveryTest, RefusesAnOldCopyOfTheIdentity) {
  write({100});
  const auto old = files_.at("identity");
  write({100}, 2);
  files_.at("identity") = old;
  expect_refused({"identity", "old copy"});
}

TEST_F(RecoveryTest, RefusesAFileThatCannotBeRead) {
  write({100});
  MemoryDisk disk(files_);
  disk.fail_reads_of(kFirst);
  const Opened opened = open_log(disk, small_options());
  EXPECT_FALSE(opened.log);
  EXPECT_THAT(opened.problem, AllOf(HasSubstr(kFirst), HasSubstr("cannot be read")));
}

TEST_F(RecoveryTest, CountsOpeningsAndKeepsTheIncarnation) {
  for (std::uint64_t start = 1; start < 5; ++start) {
    MemoryDisk disk(files_);
    LogOptions options = small_options();
    options.fresh_incarnation = Incarnation{start};
    const Opened opened = open_log(disk, options);
    ASSERT_TRUE(opened.log) << opened.problem;
    EXPECT_EQ(opened.log->status().identity.start, StartNumber{start});
    EXPECT_EQ(opened.log->status().identity.incarnation, Incarnation{1});
  }
}

}  // namespace
}  // namespace decree::wal
