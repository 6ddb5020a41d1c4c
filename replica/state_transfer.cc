#include "replica/state_transfer.h"

#include <utility>

namespace decree::replica {

// --- Sending.

std::optional<SnapshotChunk> SnapshotSender::offer(wal::Log& log, ReplicaId to, Slot first) {
  const auto found = files_.find(to);
  const bool helps = found != files_.end() && found->second->header().slot >= first.value;
  return helps ? read(log, to, 0) : newest(log, to);
}

std::optional<SnapshotChunk> SnapshotSender::newest(wal::Log& log, ReplicaId to) {
  auto file = log.open_snapshot();
  if (file == nullptr) return {};
  files_[to] = std::move(file);
  return read(log, to, 0);
}

std::optional<SnapshotChunk> SnapshotSender::chunk(wal::Log& log, ReplicaId to,
                                                   const FetchSnapshot& asked) {
  const auto found = files_.find(to);
  const bool same = found != files_.end() && found->second->header().slot == asked.slot.value &&
                    asked.chunk < found->second->header().chunks;
  return same ? read(log, to, asked.chunk) : newest(log, to);
}

std::optional<SnapshotChunk> SnapshotSender::read(wal::Log& log, ReplicaId to,
                                                  std::uint64_t chunk) {
  wal::SnapshotFile& file = *files_.at(to);
  const std::span<const std::byte> bytes = file.chunk(chunk);
  const wal::SnapshotHeader& header = file.header();
  if (!bytes.empty()) return SnapshotChunk{Slot{header.slot}, header.chunks, chunk, bytes};
  const bool newer = log.snapshot() > Slot{header.slot};
  files_.erase(to);
  return newer ? newest(log, to) : std::nullopt;
}

// --- Receiving.

std::string SnapshotReceiver::take(wal::Log& log, ReplicaId from, const SnapshotChunk& chunk,
                                   bool wanted) {
  if (chunk.bytes.size() != wal::kChunkBytes || chunk.chunk >= chunk.chunks ||
      !wal::chunk_good(chunk.bytes, chunk.slot, chunk.chunk) ||
      (chunk.chunk + 1 < chunk.chunks && !wal::chunk_full(chunk.bytes))) {
    return "a piece of a snapshot is damaged";
  }
  if (!log.incoming_ready()) return {};
  const bool same = active() && current_->from == from && current_->slot == chunk.slot;
  if (!same) {
    if (chunk.chunk != 0 || !wanted || (active() && current_->stalled < kPatience)) return {};
    current_.reset();
    if (const auto error = log.begin_incoming(chunk.slot)) {
      return "no file for the snapshot of a peer: " + error.message();
    }
    current_ = Current{from, chunk.slot, chunk.chunks, 0, false, 0};
  }
  if (chunk.chunk != current_->next) return {};
  ++current_->next;
  current_->asked = false;
  current_->stalled = 0;
  log.put_chunk(chunk.bytes);
  return {};
}

std::optional<FetchSnapshot> SnapshotReceiver::next(const wal::Log& log) {
  if (!active() || current_->asked || !log.incoming_ready() || complete(log)) return {};
  current_->asked = true;
  return FetchSnapshot{current_->slot, current_->next};
}

void SnapshotReceiver::give_up(wal::Log& log) {
  current_.reset();
  log.give_up_incoming();
}

void SnapshotReceiver::remind() {
  if (!active()) return;
  current_->asked = false;
  ++current_->stalled;
}

}  // namespace decree::replica
