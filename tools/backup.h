// Takes a backup out of the directory of a replica that may be running.
#ifndef DECREE_TOOLS_BACKUP_H_
#define DECREE_TOOLS_BACKUP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "decree/types.h"
#include "paxos/message.h"
#include "tools/backup_writer.h"
#include "tools/verdict.h"
#include "wal/disk.h"
#include "wal/log_start.h"

namespace decree::tools {

/// The newest snapshot, and behind it what the log knows to be chosen. The replica is not asked and
/// notices nothing: it may append meanwhile, replace the snapshot, use segments again or restart.
/// Whatever is read was checked, and each batch names the one before it, so what was changed under
/// the reader's feet only looks damaged or missing. Then it is read again, and what was written
/// stays: a newer snapshot takes the place of what it covers.
class Backup {
 public:
  static constexpr Slot kNewest{UINT64_MAX};

  /// Of the state after slot `to`, or after the last one that the log knows to be chosen. `disk`
  /// needs no lock; `file` is a file or a pipe, open for writing.
  Backup(wal::Disk& disk, int file, Slot to) : disk_(disk), file_(file), to_(to) {}

  Verdict run();
  /// The slot of the backup, once it is taken.
  [[nodiscard]] Slot slot() const { return taken_; }
  [[nodiscard]] const wal::IdentityRecord& source() const { return out_->source(); }

 private:
  /// Changes before files go that a reader may need, and when a log is opened.
  struct Look {
    std::uint64_t start = 0;
    Slot snapshot;
    bool operator==(const Look&) const = default;
  };
  [[nodiscard]] Look look() const;

  Verdict read();
  Verdict read_snapshot(wal::LogStart& start, Slot& snapshot);
  Verdict copy(wal::SnapshotFile& file);
  Verdict read_log(const wal::LogStart& start, Slot snapshot);
  std::string begin();
  void take(Slot slot, const Value& value);
  void flush();
  Verdict finish();

  wal::Disk& disk_;
  int file_;
  Slot to_;
  wal::IdentityRecord identity_;
  std::optional<BackupWriter> out_;
  Slot taken_;         // everything through it is written, or in values_
  bool gone_ = false;  // slot to_, for good
  std::vector<Value> values_;
  std::size_t bytes_ = 0;  // of them
};

}  // namespace decree::tools

#endif  // DECREE_TOOLS_BACKUP_H_
