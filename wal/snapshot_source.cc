#include "wal/snapshot_source.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace decree::wal {

SnapshotSource::SnapshotSource(const SnapshotHeader& facts, std::unique_ptr<StateSource> state,
                               std::shared_ptr<SnapshotProgress> progress)
    : facts_(facts),
      state_(std::move(state)),
      progress_(std::move(progress)),
      chunk_(kChunkBytes / kBlockSize),
      head_(1) {}

/// Enough for one chunk, if there is so much.
void SnapshotSource::gather() {
  bytes_.erase(0, std::exchange(taken_, 0));
  while (last_ == StateSource::Next::more && bytes_.size() < kChunkPayload) {
    last_ = state_->next(bytes_);
  }
}

std::span<const std::byte> SnapshotSource::next() {
  if (bytes_.size() - taken_ < kChunkPayload) gather();
  const std::span<const std::byte> rest = std::as_bytes(std::span(bytes_)).subspan(taken_);
  if (failed() || ended_) return {};
  if (rest.empty()) return trailer();
  const std::span<const std::byte> payload = rest.first(std::min(rest.size(), kChunkPayload));
  const std::span<std::byte> chunk = chunk_.bytes();
  std::copy(payload.begin(), payload.end(), chunk.begin() + sizeof(ChunkHeader));
  const std::span<std::byte> padding = chunk.subspan(sizeof(ChunkHeader) + payload.size());
  std::fill(padding.begin(), padding.end(), std::byte{0});
  seal_chunk(chunk, Slot{facts_.slot}, facts_.chunks, payload.size());
  taken_ += payload.size();
  facts_.body_checksum = add_chunk(facts_.body_checksum, chunk);
  facts_.bytes += payload.size();
  progress_->bytes = facts_.bytes;
  ++facts_.chunks;
  return chunk;
}

std::span<const std::byte> SnapshotSource::trailer() {
  ended_ = true;
  return head();
}

std::span<const std::byte> SnapshotSource::head() {
  seal_snapshot_header(block_at(head_.bytes(), 0), facts_);
  return head_.bytes();
}

}  // namespace decree::wal
