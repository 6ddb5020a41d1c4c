#include "wal/segment_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "paxos/assert.h"
#include "wal/format.h"

namespace decree::wal {
namespace {

constexpr std::byte kUnreadable{0xee};  // no block is all this: its checksum is wrong

}  // namespace

SegmentReader::~SegmentReader() {
  if (file_ != FileId{}) disk_.close(file_);
}

std::span<const std::byte> SegmentReader::blocks(const Segment& segment, std::uint32_t first,
                                                 std::uint32_t count) {
  DECREE_ASSERT(std::uint64_t{first} + count <= segment.blocks, "blocks of the segment are read");
  if (!select(segment)) return {};
  const bool inside = first >= window_first_ && first + count <= window_end();
  if (!inside) fill(segment, first, count);
  return window_from(first).first(std::size_t{count} * kBlockSize);
}

bool SegmentReader::select(const Segment& segment) {
  if (file_ != FileId{} && number_ == segment.number) return true;
  if (file_ != FileId{}) disk_.close(file_);
  file_ = FileId{};
  window_blocks_ = ahead_blocks_ = 0;
  number_ = segment.number;
  std::uint64_t size = 0;
  const std::error_code error = disk_.open(segment_name(segment.number), file_, size);
  if (!error) return true;
  error_ = error;
  file_ = FileId{};
  return false;
}

void SegmentReader::fill(const Segment& segment, std::uint32_t first, std::uint32_t count) {
  if (!take_ahead(first, count)) read_window(segment, first, count);
  if (read_ahead_ >= kReadAheadAll) begin_ahead(segment);
}

/// What the window has of them already is not read again: a batch is first looked at, then read.
void SegmentReader::read_window(const Segment& segment, std::uint32_t first, std::uint32_t count) {
  const std::uint32_t wanted = std::max(count, std::min(read_ahead_, segment.blocks - first));
  const std::uint32_t kept =
      first >= window_first_ && first < window_end() ? window_end() - first : 0;
  BlockBuffer grown;
  if (window_.blocks() < wanted) grown = BlockBuffer(wanted);
  BlockBuffer& into = grown.blocks() != 0 ? grown : window_;
  if (kept != 0) {
    std::memmove(into.bytes().data(), window_from(first).data(), std::size_t{kept} * kBlockSize);
  }
  if (grown.blocks() != 0) window_ = std::move(grown);
  window_at_ = 0;
  window_first_ = first;
  window_blocks_ = wanted;
  read(std::uint64_t{first + kept} * kBlockSize,
       window_.bytes().subspan(kept * kBlockSize, (wanted - kept) * kBlockSize));
}

/// What was read ahead becomes the window, with what is still needed of this one before it.
bool SegmentReader::take_ahead(std::uint32_t first, std::uint32_t count) {
  if (ahead_blocks_ == 0 || first < window_first_ || first > window_end()) return false;
  const std::uint32_t kept = window_end() - first;
  if (kept > read_ahead_ || kept + ahead_blocks_ < count) return false;
  const std::size_t at = read_ahead_ - kept;
  if (kept != 0) {
    std::memcpy(ahead_.bytes().data() + at * kBlockSize, window_from(first).data(),
                std::size_t{kept} * kBlockSize);
  }
  read(std::uint64_t{window_end()} * kBlockSize, ahead_bytes());
  std::swap(window_, ahead_);
  window_at_ = at;
  window_first_ = first;
  window_blocks_ = kept + std::exchange(ahead_blocks_, 0);
  return true;
}

void SegmentReader::begin_ahead(const Segment& segment) {
  if (ahead_.blocks() < 2 * read_ahead_) ahead_ = BlockBuffer(std::size_t{2} * read_ahead_);
  ahead_blocks_ = std::min(read_ahead_, segment.blocks - window_end());
  if (ahead_blocks_ == 0) return;
  disk_.read_ahead(file_, std::uint64_t{window_end()} * kBlockSize, ahead_bytes());
}

void SegmentReader::read(std::uint64_t offset, std::span<std::byte> into) {
  if (!disk_.read(file_, offset, into)) return;
  for (std::size_t i = 0; i < into.size() / kBlockSize; ++i) {
    const std::span<std::byte> block = into.subspan(i * kBlockSize, kBlockSize);
    const std::error_code error = disk_.read(file_, offset + i * kBlockSize, block);
    if (!error) continue;
    error_ = error;
    std::fill(block.begin(), block.end(), kUnreadable);
  }
}

std::string name_of_place(std::uint64_t segment, std::uint32_t block) {
  return segment_name(segment) + ", offset " + std::to_string(std::uint64_t{block} * kBlockSize);
}

}  // namespace decree::wal
