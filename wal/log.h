// The durable log of one replica. docs/log-format.md has the bytes.
#ifndef DECREE_WAL_LOG_H_
#define DECREE_WAL_LOG_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "paxos/record.h"
#include "wal/disk.h"
#include "wal/hole.h"
#include "wal/log_start.h"
#include "wal/snapshot_file.h"
#include "wal/snapshot_source.h"

namespace decree::wal {

/// Who the directory belongs to. Fixed when it is made, except for the start number.
struct Identity {
  std::uint64_t cluster = 0;
  ReplicaId replica;
  Incarnation incarnation;
  StartNumber start;  // of this opening
};

struct LogOptions {
  std::uint64_t cluster = 0;
  ReplicaId replica;
  Incarnation fresh_incarnation;  // for a directory that has none yet; none: the kernel draws it
  std::uint64_t segment_bytes = 64u << 20;
  std::uint64_t fresh_secret = 0;  // seed of a new directory's checksums; 0: the kernel draws it
};

struct LogStatus {
  Identity identity;
  Lsn appended;
  Lsn durable;
  std::uint64_t segments = 0;
  std::uint64_t bytes = 0;          // of the segments that hold records, free room included
  std::uint64_t bytes_written = 0;  // blocks, since open
  std::uint64_t batches_cut = 0;    // torn batches that recovery cut off
  Slot snapshot;                    // the state after this slot is in a file; 0: none is
  std::uint64_t snapshot_bytes = 0;
  std::string disk;  // see Disk::description
};

/// About what is read at a time in search of rot. It may be less, and more for a large batch.
inline constexpr std::uint64_t kScrubPieceBytes = 64 * kBlockSize;

/// A piece of the log or of its newest snapshot that was read to see whether it is still what was
/// written.
struct Scrubbed {
  std::uint64_t bytes = 0;
  std::uint64_t all_bytes = 0;  // about what a pass reads, which is everything once
  bool ends_pass = false;
  std::string damage;  // empty, or where it is and what is wrong
};

/// Appends batches of records, reports them durable in order, reads them back. One thread. After a
/// failed write or sync the log is failed for good: it takes appends no more and says why.
class Log {
 public:
  using Visitor = std::function<void(Lsn, const Record&)>;

  /// Told during open what the directory holds, oldest first.
  class Contents {
   public:
    virtual ~Contents() = default;
    /// Before all else, if there is a snapshot: the state after that slot, every byte of it
    /// verified. Answers empty, or what is wrong with it.
    virtual std::string on_snapshot(Slot slot, SnapshotFile& file) = 0;
    /// Something is damaged between the records before and those to come.
    virtual void on_hole(const Hole& hole) = 0;
    virtual void on_record(Lsn lsn, const Record& record) = 0;
  };

  /// Opens or makes the log of a locked directory, one more start number, synced before it returns.
  /// Damage is told as holes as long as something tells what was lost at most. On failure returns
  /// null and says in `problem` what is wrong and what to do; by then `contents` may have been told
  /// things. `disk` must outlive the log and serve no other.
  static std::unique_ptr<Log> open(Disk& disk, const LogOptions& options, Contents& contents,
                                   std::string& problem);
  ~Log();  // waits for the writes that are under way

  /// One batch, durable as a whole. Copies the records' bytes, together at most max_record_bytes()
  /// with 56 more for each record but the first. Never waits: without room the batch is kept in
  /// memory until a segment is ready. After a failure the answer is an ordinal that never gets
  /// durable.
  Lsn append(std::span<const Record> records);
  /// Bytes that could be appended at once without waiting for the disk or for a new segment. The
  /// caller holds proposals back at 0; a promise is always taken.
  [[nodiscard]] std::uint64_t room_bytes() const;
  /// Why there will be no more of it: the next segment cannot be made, which is tried on and on.
  [[nodiscard]] std::error_code shortage() const;
  /// The largest record that fits in a segment.
  [[nodiscard]] std::uint64_t max_record_bytes() const;

  /// Hands submitted writes to the device.
  void flush();
  /// The same, at the latest when the thread waits.
  void flush_on_wait();
  /// Takes completions; returns the newest batch through which all are durable.
  Lsn poll();
  /// To be called before the caller waits for something to happen. If all is durable, that is noted
  /// on the disk, so that damage to the end of the log will not look like a torn write. Nobody
  /// needs to wait for it; poll() does the same when it was called often in vain.
  void idle();
  /// Waits until what was appended is durable or has failed, and notes it on the disk. Nothing is
  /// appended after it. Else the destructor does it.
  void close();
  /// Set once a write has failed.
  [[nodiscard]] std::error_code failure() const;

  /// Calls `visit` for the records of kind accept or chosen that hold any of first..last, in append
  /// order, until `budget_bytes` is used up; what is not durable yet is included. The bytes are
  /// valid during the call. Blocks on the disk: for followers that fell behind.
  std::error_code read(Slot first, Slot last, std::uint64_t budget_bytes, const Visitor& visit);

  /// No hole behind this append can have held an acceptance of the slot under a higher ballot, nor
  /// its chosen value: if this is the highest acceptance that is left, there was no higher one.
  [[nodiscard]] bool is_highest(Lsn lsn, Slot slot, const Ballot& ballot) const;

  /// Records of the slots from `first` through this one take about so many bytes, at least.
  [[nodiscard]] Slot reach(Slot first, std::uint64_t bytes) const;

  /// Where the log may begin when the slots through `last` are not needed any more. Whatever else
  /// is in the older segments, such as promises, is repeated by the caller in a durable append
  /// before it asks.
  [[nodiscard]] LogStart start_behind(Slot last, std::uint64_t kept_segments = 0) const;
  /// The same where something is damaged, so that nothing of it is kept: from now on appends go to
  /// a new segment, and the log may begin with that. As start_behind() if a higher slot is there,
  /// an append is not durable, or no segment is ready.
  LogStart start_afresh(Slot last);
  /// Starts to write a snapshot of the state after `slot`, which is above the last snapshot's. Once
  /// it is durable the log begins at `start`: what lies before it is dropped, and its files are
  /// used again. One at a time. A crash at any moment leaves the old snapshot or the new one, and
  /// the log that belongs to it.
  void write_snapshot(Slot slot, const LogStart& start, std::unique_ptr<StateSource> state);
  /// Whether it is written as fast as the disk takes it, from now on, or at a bounded rate.
  void hurry_snapshot(bool hurry);
  /// Bytes of the state that the file under way has been given.
  [[nodiscard]] std::uint64_t snapshot_progress() const;
  /// How that ended, if poll() noticed it since the last call. After an error nothing has changed.
  std::optional<std::error_code> take_snapshot_end();
  /// The slot of the newest snapshot; 0: there is none.
  [[nodiscard]] Slot snapshot() const;
  /// Its file, header checked; null if there is none or it cannot be read. It stays readable when a
  /// newer one takes its place. The log must outlive it.
  std::unique_ptr<SnapshotFile> open_snapshot();
  /// Segments that hold records.
  [[nodiscard]] std::uint64_t segments_used() const;
  /// Bytes of all blocks that were written since the log was opened.
  [[nodiscard]] std::uint64_t bytes_written() const;

  /// A snapshot of another replica arrives: begin_incoming() in place of an earlier one, then every
  /// chunk, as it is in the other's file and checked, then finish_incoming(), whose end is told and
  /// has effects like that of write_snapshot(). No write_snapshot() meanwhile. The next call of
  /// these only when incoming_ready().
  std::error_code begin_incoming(Slot slot);
  void put_chunk(std::span<const std::byte> chunk);
  void finish_incoming(const LogStart& start);
  /// What has arrived is of no use any more: its file goes. Nothing if nothing arrives. Not behind
  /// finish_incoming().
  void give_up_incoming();
  /// Nothing of it is under way.
  [[nodiscard]] bool incoming_ready() const;
  /// The incoming snapshot could not be written and is given up.
  [[nodiscard]] std::error_code incoming_failure() const;

  /// Begins to read the next piece in the background. Nothing while the last one is under way or
  /// not taken, nor while files are made that need the disk more.
  void scrub();
  /// What became of it, once.
  std::optional<Scrubbed> take_scrubbed();

  /// Where the log begins now.
  [[nodiscard]] const LogStart& start() const;
  /// Records of slots through this one may be gone.
  [[nodiscard]] Slot dropped() const;

  [[nodiscard]] LogStatus status() const;

 private:
  class Impl;
  explicit Log(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace decree::wal

#endif  // DECREE_WAL_LOG_H_
