// A directory that a log has written, and all that is known of it.
#ifndef DECREE_TESTS_WAL_WRITTEN_LOG_H_
#define DECREE_TESTS_WAL_WRITTEN_LOG_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/support/choices.h"
#include "tests/support/memory_disk.h"
#include "tests/wal/log_fixture.h"

namespace decree::wal {

/// What a snapshot holds, and the log that begins behind it.
struct KeptSnapshot {
  std::string state;
  LogStart start;
};

/// Each call is one opening. Nothing was damaged so far, so each checks that all that was
/// acknowledged is there, and nothing that was not appended. They answer empty, or what is wrong.
class WrittenLog {
 public:
  explicit WrittenLog(Choices& choices) : choices_(choices) {}

  /// Appends a few batches, all acknowledged, and often takes a snapshot.
  std::string append_some();
  /// Appends a few batches, of which some are acknowledged; then the power goes.
  std::string append_and_crash();
  /// Appends nothing. From now on `identity` tells what there was.
  std::string look();

  [[nodiscard]] const MemoryFiles& files() const { return files_; }
  /// All that the log may hold, oldest first; of an lsn that a crash took only what came later.
  [[nodiscard]] const std::vector<KeptRecord>& appended() const { return appended_; }
  /// Durable through this one, as the log said.
  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }
  /// All snapshots that were ever begun, by slot.
  [[nodiscard]] const std::map<Slot, KeptSnapshot>& snapshots() const { return snapshots_; }
  /// Where the log begins now.
  [[nodiscard]] const LogStart& start() const { return start_; }

 private:
  std::string check(const Opened& opened);
  std::string append_batch(Log& log, MemoryDisk& disk);
  [[nodiscard]] bool has_new_slots() const;
  void begin_snapshot(Log& log);
  std::string take_snapshot(Log& log, MemoryDisk& disk);
  KeptRecord any_record();
  void step_held(Log& log, MemoryDisk& disk);
  void append_held(Log& log);
  void note(const Log& log) { acknowledged_ = log.status().durable.value; }

  Choices& choices_;
  MemoryFiles files_;
  std::vector<KeptRecord> appended_;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t slot_ = 0;
  std::uint64_t round_ = 10;  // above that of the acceptances
  std::map<Slot, KeptSnapshot> snapshots_;
  bool begun_ = false;  // one of them, in this opening
  LogStart start_;
};

}  // namespace decree::wal

#endif  // DECREE_TESTS_WAL_WRITTEN_LOG_H_
