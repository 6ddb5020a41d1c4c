// Random appends, completions and crashes: what was reported durable is found, in order, and
// nothing else than what was appended.
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <utility>

#include "tests/support/memory_disk.h"
#include "tests/wal/log_fixture.h"

namespace decree::wal {
namespace {

class CrashRun {
 public:
  CrashRun(std::uint64_t seed, bool drops) : random_(seed), drops_(drops) {}

  [[nodiscard]] std::size_t files() const { return files_.size(); }
  void run(int openings) {
    for (int i = 0; i < openings && !::testing::Test::HasFatalFailure(); ++i) one_opening();
  }

 private:
  struct Snapshot {
    Slot slot;
    LogStart start;
    std::string state;
  };

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  void one_opening() {
    MemoryDisk disk(files_);
    Opened opened = open_log(disk, small_options());
    ASSERT_TRUE(opened.log) << opened.problem;
    check_snapshot(opened);
    check(opened);
    disk.hold(true);
    disk.hold_creations(drops_);
    const std::uint64_t steps = below(80);
    for (std::uint64_t i = 0; i < steps; ++i) step(*opened.log, disk);
    if (below(4) == 0) {
      disk.hold(false);
      disk.hold_creations(false);
      EXPECT_TRUE(wait_durable(*opened.log, disk, opened.log->status().appended));
      note_snapshot(*opened.log);
    }
    durable_ = opened.log->status().durable.value;
    const std::uint64_t odds = below(11);
    disk.crash([&] { return below(10) < odds; });
  }

  void step(Log& log, MemoryDisk& disk) {
    if (drops_ && below(30) == 0) return begin_snapshot(log);
    if (drops_ && below(5) == 0) return make_files(log, disk);
    switch (below(4)) {
      case 0:
      case 1:
        append_batch(log);
        break;
      case 2:
        log.flush();
        log.poll();
        if (below(2) == 0) log.idle();
        break;
      default:
        if (disk.outstanding() == 0) break;
        log.flush();
        disk.complete(below(disk.outstanding()));
        durable_ = log.poll().value;
    }
  }

  void append_batch(Log& log) {
    std::vector<KeptRecord> batch;
    const std::uint64_t records = 1 + below(4);
    for (std::uint64_t i = 0; i < records; ++i) {
      const std::uint64_t size = below(8) == 0 ? below(12'000) : below(600);
      batch.push_back(below(3) == 0 ? promise_of(++slot_) : accept_of(++slot_, size));
    }
    wal::append(log, batch);
    appended_.insert(appended_.end(), batch.begin(), batch.end());
  }

  void begin_snapshot(Log& log) {
    if (writing_ || slot_ == snapshot_.slot.value) return;
    const Slot slot{snapshot_.slot.value + 1 + below(slot_ - snapshot_.slot.value)};
    writing_ = Snapshot{slot, log.start_behind(slot), std::string(below(200'000), 's')};
    writing_->state += std::to_string(slot.value);
    log.write_snapshot(slot, writing_->start, std::make_unique<TextState>(writing_->state));
  }

  /// Lets what is being made go on for a moment.
  void make_files(Log& log, MemoryDisk& disk) {
    disk.hold_creations(false);
    log.poll();
    disk.hold_creations(true);
    note_snapshot(log);
  }

  void note_snapshot(Log& log) {
    const auto end = log.take_snapshot_end();
    if (!end) return;
    EXPECT_FALSE(*end);
    drop();
  }

  void drop() {
    snapshot_ = *std::exchange(writing_, {});
    const std::uint64_t before = snapshot_.start.before.lsn;
    std::erase_if(appended_, [&](const KeptRecord& r) { return r.lsn <= before; });
  }

  /// The last one that was durable, or the one that was being written.
  void check_snapshot(const Opened& opened) {
    if (writing_ && opened.snapshot == writing_->slot) drop();
    writing_.reset();
    ASSERT_EQ(opened.snapshot, snapshot_.slot);
    ASSERT_EQ(opened.state, snapshot_.state);
  }

  /// The log must be a prefix of what was appended that ends with a batch, at or behind the
  /// durable.
  void check(const Opened& opened) {
    const std::uint64_t last = opened.log->status().durable.value;
    ASSERT_GE(last, durable_) << "a durable batch was lost";
    while (!appended_.empty() && appended_.back().lsn > last) appended_.pop_back();
    ASSERT_EQ(opened.records, appended_);
    ASSERT_EQ(last, appended_.empty() ? snapshot_.start.before.lsn : appended_.back().lsn);
    std::vector<KeptRecord> accepts;
    for (const KeptRecord& record : appended_) {
      if (record.kind == RecordKind::accept) accepts.push_back(record);
    }
    ASSERT_EQ(read_back(*opened.log, 1, UINT64_MAX), accepts);
  }

  std::mt19937_64 random_;
  bool drops_;
  Snapshot snapshot_;
  std::optional<Snapshot> writing_;
  MemoryFiles files_;
  std::vector<KeptRecord> appended_;  // what the log may hold
  std::uint64_t durable_ = 0;
  std::uint64_t slot_ = 0;
};

TEST(CrashPropertyTest, WhatIsDurableIsFoundAndNothingIsInvented) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    CrashRun(seed, false).run(12);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(CrashPropertyTest, NorWhenOldSegmentsAreDroppedAndTheirFilesUsedAgain) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    CrashRun run(seed, true);
    run.run(40);
    if (::testing::Test::HasFailure()) return;
    EXPECT_LT(run.files(), 30) << "files are used again";
  }
}

}  // namespace
}  // namespace decree::wal
