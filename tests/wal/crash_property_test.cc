// Random appends, completions and crashes: what was reported durable is found, in order, and
// nothing else than what was appended.
#include <gtest/gtest.h>

#include <random>

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
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  void one_opening() {
    MemoryDisk disk(files_);
    LogOptions options = small_options();
    options.start = start_;
    Opened opened = open_log(disk, options);
    ASSERT_TRUE(opened.log) << opened.problem;
    check(opened);
    disk.hold(true);
    const std::uint64_t steps = below(80);
    for (std::uint64_t i = 0; i < steps; ++i) step(*opened.log, disk);
    if (below(4) == 0) {
      disk.hold(false);
      EXPECT_TRUE(wait_durable(*opened.log, disk, opened.log->status().appended));
    }
    durable_ = opened.log->status().durable.value;
    const std::uint64_t odds = below(11);
    disk.crash([&] { return below(10) < odds; });
  }

  void step(Log& log, MemoryDisk& disk) {
    if (drops_ && below(30) == 0) return drop(log);
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

  /// As if a snapshot had become durable.
  void drop(Log& log) {
    start_ = log.start_behind(Slot{below(slot_ + 1)});
    log.begin_at(start_);
    std::erase_if(appended_, [&](const KeptRecord& r) { return r.lsn <= start_.before.lsn; });
  }

  /// The log must be a prefix of what was appended that ends with a batch, at or behind the
  /// durable.
  void check(const Opened& opened) {
    const std::uint64_t last = opened.log->status().durable.value;
    ASSERT_GE(last, durable_) << "a durable batch was lost";
    while (!appended_.empty() && appended_.back().lsn > last) appended_.pop_back();
    ASSERT_EQ(opened.records, appended_);
    ASSERT_EQ(last, appended_.empty() ? start_.before.lsn : appended_.back().lsn);
    std::vector<KeptRecord> accepts;
    for (const KeptRecord& record : appended_) {
      if (record.kind == RecordKind::accept) accepts.push_back(record);
    }
    ASSERT_EQ(read_back(*opened.log, 1, UINT64_MAX), accepts);
  }

  std::mt19937_64 random_;
  bool drops_;
  LogStart start_;
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
