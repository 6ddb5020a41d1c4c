// The writing half of an open log: queues batches, keeps several under way, knows what is durable.
#ifndef DECREE_WAL_WRITER_H_
#define DECREE_WAL_WRITER_H_

#include <cstdint>
#include <optional>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "paxos/ring.h"
#include "wal/batch.h"
#include "wal/block_buffer.h"
#include "wal/disk.h"
#include "wal/identity.h"
#include "wal/segment_supply.h"
#include "wal/slot_index.h"

namespace decree::wal {

/// A batch that is not durable yet.
struct PendingBatch {
  Link self;
  SlotRange slots;
  Place place;  // once it is submitted
  BlockBuffer buffer;
  std::uint32_t blocks = 0;
  bool written = false;

  [[nodiscard]] std::span<std::byte> bytes() const {
    return buffer.bytes().first(blocks * kBlockSize);
  }
};

class Writer {
 public:
  static constexpr std::uint64_t kCreateToken = UINT64_MAX;
  static constexpr std::uint64_t kSnapshotToken = UINT64_MAX - 2;
  static constexpr std::uint64_t kRemoveToken = UINT64_MAX - 3;
  static constexpr std::uint64_t kIncomingToken = UINT64_MAX - 4;
  static constexpr std::uint64_t kScrubToken = UINT64_MAX - 5;

  /// `last` is the last batch that recovery found: durable. Batches that become durable are added
  /// to `index`.
  Writer(Disk& disk, const IdentityRecord& identity, SegmentSupply& supply, SlotIndex& index,
         const Link& last);

  Lsn append(std::span<const Record> records);
  void flush();
  void flush_on_wait();
  Lsn poll();
  void idle();

  /// How the file with kSnapshotToken ended, if it did since the last call.
  std::optional<std::error_code> take_snapshot_end() { return std::exchange(snapshot_end_, {}); }

  /// How the write with kIncomingToken ended, likewise.
  std::optional<std::error_code> take_incoming_end() { return std::exchange(incoming_end_, {}); }

  /// How the check with kScrubToken ended, likewise.
  std::optional<std::error_code> take_scrub_end() { return std::exchange(scrub_end_, {}); }

  [[nodiscard]] std::error_code failure() const { return failure_; }
  [[nodiscard]] Lsn appended() const { return Lsn{appended_.lsn}; }
  [[nodiscard]] Lsn durable() const { return Lsn{durable_.lsn}; }
  /// The batch through which all are.
  [[nodiscard]] const Link& newest_durable() const { return durable_; }
  [[nodiscard]] std::uint64_t bytes_written() const { return bytes_written_; }
  /// Blocks of batches that wait for a segment or for others to finish.
  [[nodiscard]] std::uint64_t waiting_blocks() const { return waiting_blocks_; }
  /// True while the disk reads from buffers of the writer.
  [[nodiscard]] bool busy() const { return writes_under_way_ != 0; }
  [[nodiscard]] bool mark_under_way() const { return mark_under_way_; }
  [[nodiscard]] const Ring<PendingBatch>& pending() const { return pending_; }

 private:
  static constexpr std::uint64_t kMarkToken = UINT64_MAX - 1;

  void submit_ready();
  void submit(PendingBatch& batch, Place place);
  void complete(const Completion& completion);
  void retire();
  void mark_durable();

  Disk& disk_;
  const IdentityRecord& identity_;
  SegmentSupply& supply_;
  SlotIndex& index_;
  BufferPool pool_;
  Ring<PendingBatch> pending_;  // in order; the first `submitted_` are under way or written
  std::size_t submitted_ = 0;
  std::uint64_t waiting_blocks_ = 0;
  Link appended_;         // the newest batch, without its checksum
  Link sealed_;           // the newest batch that was submitted
  Link durable_;          // the newest batch through which all are durable
  std::uint64_t marked_;  // sequence of the newest mark submitted
  BlockBuffer mark_;
  bool mark_under_way_ = false;
  std::size_t writes_under_way_ = 0;
  bool flush_wanted_ = false;
  unsigned idle_polls_ = 0;  // in a row that found nothing to do
  std::uint64_t bytes_written_ = 0;
  std::error_code failure_;
  std::optional<std::error_code> snapshot_end_;
  std::optional<std::error_code> incoming_end_;
  std::optional<std::error_code> scrub_end_;
  std::vector<Completion> completions_;
};

}  // namespace decree::wal

#endif  // DECREE_WAL_WRITER_H_
