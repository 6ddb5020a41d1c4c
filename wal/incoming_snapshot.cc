#include "wal/incoming_snapshot.h"

#include <algorithm>
#include <utility>

#include "paxos/assert.h"

namespace decree::wal {

IncomingSnapshot::IncomingSnapshot(Disk& disk, const SnapshotHeader& facts, std::uint64_t token,
                                   std::uint64_t remove_token)
    : disk_(disk),
      facts_(facts),
      token_(token),
      remove_token_(remove_token),
      chunk_(kChunkBytes / kBlockSize),
      block_(1) {}

IncomingSnapshot::~IncomingSnapshot() {
  if (file_ != FileId{}) disk_.close(file_);
}

std::error_code IncomingSnapshot::create() {
  std::fill(block_.bytes().begin(), block_.bytes().end(), std::byte{0});
  const auto make = [&] { return disk_.create(kIncomingName, block_.bytes(), kBlockSize, file_); };
  std::error_code error = make();
  if (error != std::errc::file_exists) return error;
  error = put_away();
  return error ? error : make();
}

/// It may be large, and to remove it at once may take long.
std::error_code IncomingSnapshot::put_away() {
  const std::error_code error = disk_.rename(kIncomingName, kGivenUpName);
  if (!error) disk_.submit_remove(kGivenUpName, remove_token_);
  return error;
}

void IncomingSnapshot::remove() {
  if (file_ != FileId{}) disk_.close(std::exchange(file_, FileId{}));
  static_cast<void>(put_away());
}

void IncomingSnapshot::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  DECREE_ASSERT(!under_way_, "one piece is written at a time");
  under_way_ = true;
  disk_.submit_write(file_, offset, bytes, token_);
  disk_.flush();
}

void IncomingSnapshot::put(std::span<const std::byte> chunk) {
  std::copy(chunk.begin(), chunk.end(), chunk_.bytes().begin());
  write(chunk_offset(facts_.chunks), chunk_.bytes());
  facts_.body_checksum = add_chunk(facts_.body_checksum, chunk);
  facts_.bytes += load<ChunkHeader>(chunk).bytes;
  ++facts_.chunks;
}

void IncomingSnapshot::finish(const LogStart& start) {
  set_start(facts_, start);
  seal_snapshot_header(block_at(block_.bytes(), 0), facts_);
  stage_ = Stage::trailer;
  write(chunk_offset(facts_.chunks), block_.bytes());
}

void IncomingSnapshot::written() {
  under_way_ = false;
  if (stage_ == Stage::header) stage_ = Stage::whole;
  if (stage_ != Stage::trailer) return;
  stage_ = Stage::header;
  write(0, block_.bytes());
}

std::error_code IncomingSnapshot::publish() {
  DECREE_ASSERT(is_whole(), "the header is written");
  return disk_.rename(kIncomingName, snapshot_name(Slot{facts_.slot}));
}

}  // namespace decree::wal
