// Snapshots on their way between replicas: from this one's file, and into it.
#ifndef DECREE_REPLICA_STATE_TRANSFER_H_
#define DECREE_REPLICA_STATE_TRANSFER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>

#include "paxos/message.h"
#include "wal/log.h"
#include "wal/snapshot_file.h"

namespace decree::replica {

/// Feeds peers that are behind the log. Each is fed one snapshot to its end, even if there is a
/// newer one by then. Blocks on the disk for a chunk at a time.
class SnapshotSender {
 public:
  /// The chunk that the peer asks for, or the first one of another snapshot; none if the snapshot
  /// cannot be read. Valid until the next call.
  std::optional<SnapshotChunk> chunk(wal::Log& log, ReplicaId to, const FetchSnapshot& asked);
  /// To a peer that needs the state before `first`: the first one of the snapshot that it is fed,
  /// or of the newest.
  std::optional<SnapshotChunk> offer(wal::Log& log, ReplicaId to, Slot first);
  /// The peer needs no more of it.
  void forget(ReplicaId peer) { files_.erase(peer); }

 private:
  std::optional<SnapshotChunk> newest(wal::Log& log, ReplicaId to);
  std::optional<SnapshotChunk> read(wal::Log& log, ReplicaId to, std::uint64_t chunk);

  std::map<ReplicaId, std::unique_ptr<wal::SnapshotFile>> files_;
};

/// What this replica is fed. One snapshot from one peer at a time, which is asked for the next
/// chunk when the one before is written, so that memory holds one.
class SnapshotReceiver {
 public:
  /// Takes a chunk; `wanted` says whether a snapshot of its slot is of use. Empty, or why it was
  /// refused, for the program's log.
  std::string take(wal::Log& log, ReplicaId from, const SnapshotChunk& chunk, bool wanted);
  /// To be called in every turn: what to ask whom for, if it is time.
  std::optional<FetchSnapshot> next(const wal::Log& log);
  /// A while has passed: asks again, and takes another peer's snapshot if nothing came for long.
  void remind();
  /// It is of no use any more, or has ended.
  void give_up(wal::Log& log);

  [[nodiscard]] bool active() const { return current_.has_value(); }
  [[nodiscard]] ReplicaId from() const { return current_->from; }
  [[nodiscard]] Slot slot() const { return current_->slot; }
  /// Every chunk is written.
  [[nodiscard]] bool complete(const wal::Log& log) const {
    return active() && current_->next == current_->chunks && log.incoming_ready();
  }

 private:
  static constexpr int kPatience = 2;  // reminders without a chunk

  struct Current {
    ReplicaId from;
    Slot slot;
    std::uint64_t chunks = 0;
    std::uint64_t next = 0;
    bool asked = false;
    int stalled = 0;
  };
  std::optional<Current> current_;
};

}  // namespace decree::replica

#endif  // DECREE_REPLICA_STATE_TRANSFER_H_
