// The snapshots of an open log: the newest one, the one that is being written, the older ones.
#ifndef DECREE_WAL_SNAPSHOTS_H_
#define DECREE_WAL_SNAPSHOTS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "wal/disk.h"
#include "wal/identity.h"
#include "wal/incoming_snapshot.h"
#include "wal/log.h"
#include "wal/snapshot_file.h"
#include "wal/snapshot_source.h"

namespace decree::wal {

/// Log has the contract. The disk and the identity must outlive it; completions come from the
/// writer, which owns the disk's queue.
class Snapshots {
 public:
  Snapshots(Disk& disk, const IdentityRecord& identity) : disk_(disk), identity_(identity) {}

  /// Reads the newest one, if there is one, and hands it on. Empty, or what is wrong; damage to
  /// its chunks, or slots that neither it has nor the log behind it, are told as a hole instead.
  std::string find(Log::Contents& contents);
  /// The slot of the newest sound one; 0: there is none.
  [[nodiscard]] Slot newest() const { return Slot{newest_.slot}; }
  [[nodiscard]] std::uint64_t newest_bytes() const { return newest_.bytes; }
  [[nodiscard]] std::uint64_t newest_chunks() const { return newest_.chunks; }
  /// Where the log begins.
  [[nodiscard]] const LogStart& start() const { return start_; }
  std::unique_ptr<SnapshotFile> open_newest();

  void write(Slot slot, const LogStart& start, std::unique_ptr<StateSource> state);
  /// Whether it is written as fast as the disk takes it, from now on.
  void hurry(bool hurry) { progress_->hurry = hurry; }
  /// Of the state, how much of it is written.
  [[nodiscard]] std::uint64_t bytes_so_far() const { return progress_->bytes; }
  /// The file that write() began has ended so.
  void write_ended(std::error_code error) { ended_ = error; }

  std::error_code begin_incoming(Slot slot);
  void put_chunk(std::span<const std::byte> chunk) { incoming_->put(chunk); }
  void finish_incoming(const LogStart& start) { incoming_->finish(start); }
  void give_up_incoming();
  [[nodiscard]] bool incoming_ready() const { return !incoming_ || !incoming_->under_way(); }
  [[nodiscard]] std::error_code incoming_failure() const { return incoming_failure_; }
  /// The write that put_chunk() or finish_incoming() began has ended so.
  void incoming_written(std::error_code error);

  /// One is written, or arrives.
  [[nodiscard]] bool busy() const { return writing_ || incoming_; }
  /// A snapshot has ended and was not settled yet.
  [[nodiscard]] bool has_ended() const { return ended_.has_value(); }
  /// Makes it the newest. True unless it failed: the log may begin at start() then.
  bool settle();
  /// How it ended, once.
  std::optional<std::error_code> take_end() { return std::exchange(told_, {}); }
  void remove_older();

 private:
  [[nodiscard]] SnapshotHeader facts_of(Slot slot) const;
  void drop_incoming();
  static void tell(Log::Contents& contents, Hole& hole, Slot known_chosen);

  Disk& disk_;
  const IdentityRecord& identity_;
  SnapshotHeader newest_;                  // slot 0: there is none
  LogStart start_;                         // with it, or with the damaged one
  std::vector<Slot> older_;                // whose files are to be removed
  std::optional<SnapshotHeader> writing_;  // or published, and not settled
  const std::shared_ptr<SnapshotProgress> progress_ = std::make_shared<SnapshotProgress>();
  std::optional<IncomingSnapshot> incoming_;
  bool giving_up_incoming_ = false;  // as soon as its write has ended
  std::error_code incoming_failure_;
  std::optional<std::error_code> ended_;
  std::optional<std::error_code> told_;  // or rather to be told
};

}  // namespace decree::wal

#endif  // DECREE_WAL_SNAPSHOTS_H_
