#include "wal/scrub.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "wal/writer.h"

namespace decree::wal {
namespace {

bool is_before(const Extent& extent, const Place& place) {
  return std::tie(extent.segment, extent.block) < std::tie(place.segment, place.block);
}

std::uint32_t end_of(const Extent& extent) { return extent.block + extent.count; }

bool extent_good(const Extent& extent, std::span<const std::byte> blocks, std::uint64_t secret) {
  std::uint32_t batches = 0;
  for (std::uint32_t at = 0; at < extent.count;) {
    const auto stamp = batch_stamp(block_at(blocks, at), {extent.segment, extent.block + at},
                                   extent.count - at, secret);
    if (!stamp || stamp->epoch != extent.epoch) {  // a mark, whose loss is no loss
      ++at;
      continue;
    }
    const auto batch = blocks.subspan(at * kBlockSize, stamp->count * kBlockSize);
    if (!whole(batch, *stamp, secret)) return false;
    ++batches;
    at += stamp->count;
  }
  return batches == extent.batches;
}

bool extents_good(const std::vector<Extent>& extents, std::span<const std::byte> blocks,
                  std::uint64_t secret) {
  return std::ranges::all_of(extents, [&](const Extent& extent) {
    const std::size_t first = extent.block - extents.front().block;
    return extent_good(extent, blocks.subspan(first * kBlockSize, extent.count * kBlockSize),
                       secret);
  });
}

bool is_header_of(Slot slot, std::span<const std::byte> bytes) {
  const auto header = snapshot_header(block_at(bytes, 0));
  return header && header->slot == slot.value;
}

/// Chunks from `first` on, with the header before the first one and its copy behind the last.
bool chunks_good(Slot slot, std::uint64_t first, std::span<const std::byte> bytes) {
  if (first == 0) {
    if (!is_header_of(slot, bytes)) return false;
    bytes = bytes.subspan(kBlockSize);
  }
  for (std::uint64_t index = first; bytes.size() >= kChunkBytes; ++index) {
    if (!chunk_good(bytes.first(kChunkBytes), slot, index)) return false;
    bytes = bytes.subspan(kChunkBytes);
  }
  return bytes.empty() || is_header_of(slot, bytes);
}

/// It says nothing about the medium.
bool is_shortage(std::error_code error) {
  return error == std::errc::too_many_files_open ||
         error == std::errc::too_many_files_open_in_system || error == std::errc::not_enough_memory;
}

}  // namespace

void Scrub::begin_pass(std::uint64_t log_bytes) {
  in_pass_ = true;
  chunk_ = 0;
  next_ = last_ = Place{};
  all_bytes_ = log_bytes;
  if (!index_.extents().empty()) {
    const Extent& newest = index_.extents().back();
    last_ = Place{newest.segment, end_of(newest)};
  }
  if (snapshots_.newest() != Slot{}) all_bytes_ += snapshot_file_bytes(snapshots_.newest_chunks());
}

void Scrub::go_on(std::uint64_t log_bytes) {
  if (piece_ || done_) return;
  if (!in_pass_) begin_pass(log_bytes);
  if (submit_batches() || submit_chunks()) return;
  in_pass_ = false;
  done_ = Scrubbed{0, all_bytes_, true, {}};
}

void Scrub::submit(Piece piece, Disk::Check check) {
  disk_.submit_check(piece.name, piece.offset, piece.bytes, std::move(check), Writer::kScrubToken);
  piece_ = std::move(piece);
}

/// Some extents in a row, at least one. An extent that has grown since then is for the next pass.
bool Scrub::submit_batches() {
  const std::vector<Extent>& all = index_.extents();
  auto each = std::ranges::partition_point(
      all, [&](const Extent& extent) { return is_before(extent, next_); });
  if (each == all.end() || !is_before(*each, last_)) return false;
  const Extent first = *each;
  std::vector<Extent> extents;
  for (; each != all.end() && each->segment == first.segment; ++each) {
    const bool fits = (end_of(*each) - first.block) * kBlockSize <= kScrubPieceBytes;
    const bool near = extents.empty() || each->block <= end_of(extents.back()) + 1;  // but a mark
    if (!extents.empty() && !(fits && near)) break;
    extents.push_back(*each);
  }
  next_ = Place{first.segment, end_of(extents.back())};
  const std::uint64_t blocks = next_.block - first.block;
  submit({segment_name(first.segment), first.block * kBlockSize, blocks * kBlockSize, first.segment,
          Slot{}},
         [extents = std::move(extents), secret = identity_.secret](auto bytes) {
           return extents_good(extents, bytes, secret);
         });
  return true;
}

/// A newer snapshot is looked at from where the one before it was left, so that a pass ends.
bool Scrub::submit_chunks() {
  const Slot slot = snapshots_.newest();
  const std::uint64_t chunks = snapshots_.newest_chunks();
  const std::uint64_t first = chunk_;
  if (slot == Slot{} || (first != 0 && first >= chunks)) return false;
  const std::uint64_t end = std::min(first + kScrubPieceBytes / kChunkBytes, chunks);
  const std::uint64_t offset = first == 0 ? 0 : chunk_offset(first);
  const std::uint64_t behind = end == chunks ? snapshot_file_bytes(chunks) : chunk_offset(end);
  chunk_ = std::max<std::uint64_t>(end, 1);
  submit({snapshot_name(slot), offset, behind - offset, 0, slot},
         [slot, first](auto bytes) { return chunks_good(slot, first, bytes); });
  return true;
}

bool Scrub::is_needed(const Piece& piece) const {
  if (piece.segment != 0) return piece.segment >= index_.start().segment;
  return piece.snapshot == snapshots_.newest();
}

/// What was dropped meanwhile may be gone, or written to again.
std::uint64_t Scrub::ended(std::error_code error) {
  const Piece piece = *std::exchange(piece_, {});
  done_ = Scrubbed{piece.bytes, all_bytes_, false, {}};
  if (!error || !is_needed(piece) || is_shortage(error)) return 0;
  done_->damage = piece.name + ", from offset " + std::to_string(piece.offset) + " to " +
                  std::to_string(piece.offset + piece.bytes) + ": ";
  done_->damage += error == std::errc::bad_message ? "some of it is not what was written"
                                                   : "cannot be read: " + error.message();
  return piece.segment;
}

}  // namespace decree::wal
