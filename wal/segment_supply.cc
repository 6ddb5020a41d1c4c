#include "wal/segment_supply.h"

#include <algorithm>

#include "paxos/assert.h"
#include "wal/segment_list.h"

namespace decree::wal {

SegmentSupply::SegmentSupply(Disk& disk, const IdentityRecord& identity,
                             std::uint32_t segment_blocks, std::uint64_t create_token)
    : disk_(disk),
      identity_(identity),
      segment_blocks_(segment_blocks),
      create_token_(create_token),
      header_(1) {}

SegmentSupply::~SegmentSupply() {
  for (const OpenFile& open : files_) disk_.close(open.file);
}

std::span<const std::byte> SegmentSupply::header_of(const Segment& segment) {
  seal_segment_header(block_at(header_.bytes(), 0), identity_, segment);
  return header_.bytes();
}

Segment SegmentSupply::next_segment() const {
  return {segments_.empty() ? 1 : segments_.back().number + 1, segment_blocks_};
}

std::error_code SegmentSupply::create_first() {
  const Segment segment = next_segment();
  FileId file;
  const std::uint64_t bytes = std::uint64_t{segment.blocks} * kBlockSize;
  const auto error = disk_.create(segment_name(segment.number), header_of(segment), bytes, file);
  if (error) return error;
  segments_.push_back(segment);
  files_.push_back({segment.number, file});
  return {};
}

std::error_code SegmentSupply::adopt(const std::vector<Segment>& segments, Place end,
                                     const std::vector<std::uint64_t>& left_over) {
  segments_ = segments;
  if (const auto error = sort_out(left_over)) return error;
  current_ = static_cast<std::size_t>(end.segment - segments_.front().number);
  block_ = end.block;
  for (std::size_t i = current_; i < segments_.size(); ++i) {
    OpenFile open{segments_[i].number, {}};
    std::uint64_t size = 0;
    if (const auto error = disk_.open(segment_name(open.number), open.file, size)) return error;
    files_.push_back(open);
  }
  return {};
}

std::error_code SegmentSupply::sort_out(const std::vector<std::uint64_t>& left_over) {
  for (const std::uint64_t number : left_over) {
    FileId file;
    std::uint64_t size = 0;
    if (const auto error = disk_.open(segment_name(number), file, size)) return error;
    disk_.close(file);
    if (usable(number, size)) {
      left_over_.push_back(number);
    } else if (const auto error = disk_.remove(segment_name(number))) {
      return error;
    }
  }
  return {};
}

bool SegmentSupply::usable(std::uint64_t number, std::uint64_t bytes) const {
  return bytes == std::uint64_t{segment_blocks_} * kBlockSize && number > identity_.spoiled;
}

std::optional<Place> SegmentSupply::take(std::uint32_t blocks) {
  std::size_t index = current_;
  std::uint32_t first = block_;
  while (segments_[index].blocks - first < blocks) {
    if (++index == segments_.size()) return {};
    first = 1;
  }
  current_ = index;
  block_ = first + blocks;
  return Place{segments_[index].number, first};
}

std::uint64_t SegmentSupply::room_blocks() const {
  std::uint64_t room = segments_[current_].blocks - block_;
  for (std::size_t i = current_ + 1; i < segments_.size(); ++i) room += segments_[i].blocks - 1;
  return room;
}

std::uint64_t SegmentSupply::written_blocks() const {
  std::uint64_t written = block_;
  for (std::size_t i = 0; i < current_; ++i) written += segments_[i].blocks;
  return written;
}

bool SegmentSupply::begin_next() {
  if (current_ + 1 == segments_.size()) return false;
  ++current_;
  block_ = 1;
  prepare();
  return true;
}

void SegmentSupply::prepare() {
  const bool ready = current_ + 1 < segments_.size();
  if (ready || creating_ != FileId{}) return;
  const Segment segment = next_segment();
  const std::string name = segment_name(segment.number);
  if (left_over_.empty()) {
    creating_ = disk_.submit_create(name, header_of(segment),
                                    std::uint64_t{segment.blocks} * kBlockSize, create_token_);
    return;
  }
  const std::string from = segment_name(left_over_.back());
  left_over_.pop_back();  // after an error it stays behind until the next opening
  creating_ = disk_.submit_reuse(from, name, header_of(segment), create_token_);
}

void SegmentSupply::drop_before(std::uint64_t number) {
  DECREE_ASSERT(number <= segments_[current_].number, "the current segment is needed");
  const auto first_needed =
      std::find_if(segments_.begin(), segments_.end(),
                   [&](const Segment& each) { return each.number >= number; });
  close_before(number);
  for (auto each = segments_.begin(); each != first_needed; ++each) {
    if (usable(each->number, std::uint64_t{each->blocks} * kBlockSize)) {
      left_over_.push_back(each->number);
    } else {
      disk_.remove(segment_name(each->number));  // after an error the next opening does
    }
  }
  current_ -= static_cast<std::size_t>(first_needed - segments_.begin());
  segments_.erase(segments_.begin(), first_needed);
}

void SegmentSupply::on_created(std::error_code error) {
  DECREE_ASSERT(creating_ != FileId{}, "a segment is being made");
  const Segment segment = next_segment();
  shortage_ = error;
  if (!error) {
    segments_.push_back(segment);
    files_.push_back({segment.number, creating_});
  }
  creating_ = FileId{};
}

FileId SegmentSupply::file(std::uint64_t number) const {
  for (const OpenFile& open : files_) {
    if (open.number == number) return open.file;
  }
  DECREE_ASSERT(false, "segments that are written to are open");
  return {};
}

void SegmentSupply::close_before(std::uint64_t number) {
  while (!files_.empty() && files_.front().number < number) {
    disk_.close(files_.front().file);
    files_.erase(files_.begin());
  }
}

const Segment& SegmentSupply::segment(std::uint64_t number) const {
  return segments_.at(static_cast<std::size_t>(number - segments_.front().number));
}

}  // namespace decree::wal
