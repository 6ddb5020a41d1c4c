// Random damage to directories: an opening invents nothing, and what it lost it names.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <utility>

#include "tests/support/memory_disk.h"
#include "tests/wal/log_fixture.h"
#include "wal/identity.h"

namespace decree::wal {
namespace {

class DamageRun {
 public:
  explicit DamageRun(std::uint64_t seed) : random_(seed) {}

  /// A directory that was opened a few times, the last time without an append: so `identity` tells
  /// what there was, and nothing is lost without a trace.
  void write() {
    const std::uint64_t openings = 1 + below(4);
    for (std::uint64_t i = 0; i <= openings; ++i) {
      MemoryDisk disk(files_);
      Opened opened = open_log(disk, small_options());
      ASSERT_TRUE(opened.log) << opened.problem;
      if (i < openings) append_some(*opened.log, disk);
    }
  }

  /// One block of one segment or snapshot has other bytes now.
  void hurt_a_block() {
    auto& [name, bytes] = any_file();
    if (bytes.size() < kBlockSize || name == "identity") return;
    const std::span<std::byte> block = any_block(bytes);
    const auto index = static_cast<std::size_t>(block.data() - bytes.data()) / kBlockSize;
    hurt_the_end_ = hurt_the_end_ || is_at_the_end(name, index);
    switch (below(4)) {
      case 0:
        block[below(kBlockSize)] ^= std::byte{1} << static_cast<int>(below(8));
        return;
      case 1:
        std::ranges::fill(block, std::byte{0});
        return;
      case 2:
        std::ranges::generate(block, [this] { return static_cast<std::byte>(random_()); });
        return;
      default: {
        auto& [other_name, other] = any_file();
        if (other.size() >= kBlockSize) std::ranges::copy(any_block(other), block.begin());
      }
    }
  }

  /// Something that is no longer a question of blocks.
  void hurt_a_file() {
    auto& [name, bytes] = any_file();
    switch (below(6)) {
      case 0:
        bytes.resize(below(bytes.size() + kBlockSize));
        return;
      case 1:
        std::ranges::generate(bytes, [this] { return static_cast<std::byte>(random_()); });
        return;
      case 2:
        return std::swap(bytes, any_file().second);
      case 3:
        bytes = std::vector<std::byte>(below(3 * kBlockSize), static_cast<std::byte>(random_()));
        return;
      case 4: {
        const std::vector<std::byte> copy = bytes;
        files_[odd_name()] = copy;
        return;
      }
      default:
        files_.erase(std::string(name));
    }
  }

  /// Opens twice, with an append between.
  void check(bool must_open) {
    MemoryDisk disk(files_);
    Opened opened = open_log(disk, small_options());
    if (!opened.log) {
      ASSERT_FALSE(opened.problem.empty());
      ASSERT_FALSE(must_open && !hurt_the_end_) << opened.problem;
      return;
    }
    check_contents(opened);
    KeptRecord record = accept_of(++slot_, 5'000);
    ASSERT_TRUE(wait_durable(*opened.log, disk, append(*opened.log, record)));
    opened.log.reset();
    MemoryDisk again_disk(files_);
    const Opened again = open_log(again_disk, small_options());
    ASSERT_TRUE(again.log) << again.problem;
    std::vector<KeptRecord> expected = opened.records;
    expected.push_back(record);
    ASSERT_EQ(again.records, expected);
    ASSERT_EQ(again.holes.size(), opened.holes.size());
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  /// Where the next batch would be: a bad block may be all that is left of it, be there a mark in
  /// front of it or not.
  bool is_at_the_end(const std::string& name, std::size_t index) {
    MemoryDisk disk(files_);
    IdentityRecord identity;
    EXPECT_EQ(load_identity(disk, identity), "");
    const Place& end = identity.end;
    if (name == segment_name(end.segment)) return index == end.block || index == end.block + 1;
    return name == segment_name(end.segment + 1) && index <= 2;
  }

  void append_some(Log& log, MemoryDisk& disk) {
    for (std::uint64_t i = 1 + below(30); i > 0; --i) {
      std::vector<KeptRecord> batch;
      for (std::uint64_t n = 1 + below(3); n > 0; --n) {
        batch.push_back(below(4) == 0 ? promise_of(++round_) : accept_of(++slot_, below(9'000)));
      }
      const Lsn lsn = append(log, batch);
      for (const KeptRecord& record : batch) appended_.push_back(record);
      // With a mark, or without one.
      if (below(3) != 0) {
        ASSERT_TRUE(wait_durable(log, disk, lsn));
      }
    }
    ASSERT_TRUE(wait_durable(log, disk, log.status().appended));
    if (below(3) != 0 || slot_ <= snapshot_.value) return;
    snapshot_ = Slot{slot_};
    state_ = std::string(below(200'000), 's') + std::to_string(slot_);
    ASSERT_TRUE(snapshot(log, disk, snapshot_, snapshot_, state_));
    begin_ = log.start().before.lsn;
    begin_segment_ = log.start().segment;
  }

  std::pair<const std::string, std::vector<std::byte>>& any_file() {
    for (;;) {
      auto it = files_.begin();
      std::advance(it, static_cast<std::ptrdiff_t>(below(files_.size())));
      // What is wrong in a file that is waiting to be used again comes to light when it is.
      const auto number = segment_number(it->first);
      if (!number || *number >= begin_segment_) return *it;
    }
  }
  std::span<std::byte> any_block(std::vector<std::byte>& bytes) {
    const std::size_t index = below(bytes.size() / kBlockSize);
    return std::span(bytes).subspan(index * kBlockSize, kBlockSize);
  }
  std::string odd_name() {
    switch (below(4)) {
      case 0:
        return segment_name(below(12));
      case 1:
        return "snapshot-000000000000000" + std::to_string(below(10)) + ".snap";
      case 2:
        return "segment-zz.log";
      default:
        return "incoming";
    }
  }

  void check_contents(const Opened& opened) {
    if (opened.snapshot != Slot{}) {
      ASSERT_EQ(opened.snapshot, snapshot_);
      ASSERT_EQ(opened.state, state_);
    } else if (begin_ != 0 && (opened.records.empty() || opened.records[0].lsn > begin_)) {
      ASSERT_FALSE(opened.holes.empty());
      ASSERT_GE(opened.holes[0].through.watermark, snapshot_.value);
    }
    check_records(opened);
  }

  void check_records(const Opened& opened) {
    std::size_t next = 0;
    for (const KeptRecord& record : appended_) {
      if (next < opened.records.size() && opened.records[next] == record) {
        ++next;
      } else if (record.lsn > begin_) {
        ASSERT_TRUE(is_named(record, opened)) << "append " << record.lsn << " is lost";
      }
    }
    ASSERT_EQ(next, opened.records.size()) << "a record that was never appended";
  }

  /// A hole that begins before the record says that there may have been such a one.
  static bool is_named(const KeptRecord& record, const Opened& opened) {
    return std::ranges::any_of(opened.holes, [&](const Hole& hole) {
      return hole.after < Lsn{record.lsn} && hole.through.ballot() >= record.ballot &&
             hole.through.highest_slot >= record.last.value;
    });
  }

  std::mt19937_64 random_;
  MemoryFiles files_;
  std::vector<KeptRecord> appended_;
  std::uint64_t slot_ = 0;
  std::uint64_t round_ = 10;  // above that of the acceptances
  Slot snapshot_;
  std::string state_;
  std::uint64_t begin_segment_ = 0;
  bool hurt_the_end_ = false;
  std::uint64_t begin_ = 0;  // the last append before the beginning of the log
};

TEST(DamageProperty, OneBlockIsNeverTooMuch) {
  for (std::uint64_t seed = 1; seed <= 800 && !::testing::Test::HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    DamageRun run(seed);
    run.write();
    run.hurt_a_block();
    run.check(true);
  }
}

TEST(DamageProperty, NothingIsInventedOrForgotten) {
  for (std::uint64_t seed = 1; seed <= 2'000 && !::testing::Test::HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    DamageRun run(seed);
    run.write();
    for (std::uint64_t i = seed % 40; i > 0; --i) run.hurt_a_block();
    for (std::uint64_t i = seed % 4; i > 1; --i) run.hurt_a_file();
    run.check(false);
  }
}

}  // namespace
}  // namespace decree::wal
