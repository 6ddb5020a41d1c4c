#include "wal/tail.h"

#include <algorithm>
#include <optional>

namespace decree::wal {
namespace {

constexpr char kWhatToDo[] =
    ". Acknowledged records may be lost: restore the directory from this very disk, or wipe it as "
    "a whole, which makes the replica a stranger that its group must admit anew";
constexpr std::uint32_t kStep = 256;  // blocks read at once

class Tail {
 public:
  Tail(SegmentReader& reader, const IdentityRecord& identity, std::span<const Segment> segments,
       std::uint32_t end, const Link& last)
      : reader_(reader), identity_(identity), segments_(segments), end_(end), last_(last) {
    const bool own = last.epoch == identity.epoch && last.sequence != 0;
    expected_ = own ? last.sequence + 1 : identity.first_sequence;
  }

  TailVerdict judge() {
    if (last_.sequence < identity_.found.sequence) {
      return damaged(end_place(), "the log ends behind sequence " + std::to_string(last_.sequence) +
                                      ", but the last opening found " +
                                      std::to_string(identity_.found.sequence));
    }
    scan();
    if (!verdict_.problem.empty()) return verdict_;
    if (std::max(known_durable_, newest_) == 0) return nothing_new();
    if (is_damaged()) {
      return damaged(start_of_next(), "the batch is damaged or lost, and sequence " +
                                          std::to_string(known_durable_) + " is known durable");
    }
    return next_is_torn() ? torn() : damaged(start_of_next(), "the batch is damaged");
  }

 private:
  enum class Content { older, newer, bad };

  /// What comes next was durable. Then the rest is judged when the chain has come to its end.
  [[nodiscard]] bool is_damaged() const { return known_durable_ >= expected_; }

  void scan() {
    for (const Segment& segment : segments_) {
      std::uint32_t block = &segment == segments_.data() ? end_ : 1;
      while (block < segment.blocks && verdict_.problem.empty() && !is_damaged()) {
        const std::uint32_t count = std::min(kStep, segment.blocks - block);
        const std::span<const std::byte> blocks = reader_.blocks(segment, block, count);
        if (blocks.empty()) return;
        if (!all_zero(blocks)) {
          for (std::uint32_t i = 0; i < count; ++i) {
            look_at(block_at(blocks, i), Place{segment.number, block + i});
          }
        }
        block += count;
      }
    }
  }

  void look_at(ConstBlock block, Place place) {
    const std::optional<BlockStamp> stamp = stamp_at(block, place);
    const bool strange = !stamp && !all_zero(block) && !is_left_over(block, place);
    if (strange) verdict_.strange.push_back(place);
    if (!stamp || content(*stamp) != Content::newer) return;
    if (stamp->epoch > identity_.epoch) {
      damaged(place,
              "the block is of a later opening than the file identity, which is an old copy");
      return;
    }
    if (stamp->kind == static_cast<std::uint32_t>(BlockKind::mark)) {
      known_durable_ = std::max(known_durable_, stamp->sequence);
      return;
    }
    newest_ = std::max(newest_, stamp->sequence);
    if (stamp->sequence >= expected_ + kMaxInFlight) {
      known_durable_ = std::max(known_durable_, stamp->sequence - kMaxInFlight);
    }
    if (stamp->index == 0) {
      known_durable_ = std::max(known_durable_, known_by(batch_header(block)));
    }
    if (stamp->sequence == expected_ && !next_) {
      next_ = *stamp;
      next_place_ = Place{place.segment, place.block - stamp->index};
    }
  }

  /// What was durable when the header was written, as far as it lies behind `last`.
  [[nodiscard]] std::uint64_t known_by(const BatchHeader& header) const {
    return header.durable >= expected_ ? header.durable : 0;
  }

  [[nodiscard]] std::optional<BlockStamp> stamp_at(ConstBlock block, Place place) const {
    std::optional<BlockStamp> stamp = unseal(block, identity_.secret);
    if (!stamp || stamp->position != place.block || stamp->index > place.block ||
        stamp->segment != static_cast<std::uint32_t>(place.segment)) {
      return {};
    }
    return stamp;
  }

  [[nodiscard]] Content content(const BlockStamp& stamp) const {
    const bool older = stamp.epoch < identity_.epoch ||
                       (stamp.epoch == identity_.epoch && stamp.sequence < expected_);
    return older ? Content::older : Content::newer;
  }

  [[nodiscard]] Content content_at(const Segment& segment, std::uint32_t block) const {
    const std::span<const std::byte> blocks = reader_.blocks(segment, block, 1);
    if (blocks.empty()) return Content::bad;
    if (all_zero(blocks)) return Content::older;
    const ConstBlock content_block = block_at(blocks, 0);
    const Place place{segment.number, block};
    if (is_left_over(content_block, place)) return Content::older;
    const auto stamp = stamp_at(content_block, place);
    return stamp ? content(*stamp) : Content::bad;
  }

  /// What the file held when it was an older segment.
  [[nodiscard]] bool is_left_over(ConstBlock block, Place place) const {
    const std::optional<BlockStamp> stamp = unseal(block, identity_.secret);
    return stamp && stamp->position == place.block && content(*stamp) == Content::older &&
           stamp->segment < static_cast<std::uint32_t>(place.segment);
  }

  [[nodiscard]] bool next_is_torn() const {
    if (!next_) return !start_is_bad();
    const Segment& segment = segment_of(next_place_);
    const std::uint32_t end = std::min(next_place_.block + next_->count, segment.blocks);
    for (std::uint32_t block = next_place_.block; block < end; ++block) {
      if (content_at(segment, block) == Content::older) return true;
    }
    return false;
  }

  /// True if a block with which the next batch may begin, or the mark before it, is neither old nor
  /// what was written.
  [[nodiscard]] bool start_is_bad() const {
    const Segment& here = segments_.front();
    for (std::uint32_t block = end_; block < std::min(end_ + 2, here.blocks); ++block) {
      if (content_at(here, block) == Content::bad) return true;
    }
    if (segments_.size() < 2) return false;
    for (std::uint32_t block = 1; block < std::min(3U, segments_[1].blocks); ++block) {
      if (content_at(segments_[1], block) == Content::bad) return true;
    }
    return false;
  }

  TailVerdict nothing_new() {
    return start_is_bad() ? damaged(end_place(), "the batch is damaged") : verdict_;
  }

  TailVerdict torn() {
    verdict_.torn = newest_ - expected_ + 1;
    return verdict_;
  }

  TailVerdict damaged(Place place, const std::string& why) {
    verdict_.damaged = true;
    verdict_.problem = name_of_place(place.segment, place.block) + ", sequence " +
                       std::to_string(expected_) + ": " + why;
    if (reader_.error()) verdict_.problem += " (cannot be read: " + reader_.error().message() + ")";
    verdict_.problem += kWhatToDo;
    return verdict_;
  }

  [[nodiscard]] const Segment& segment_of(Place place) const {
    return segments_[static_cast<std::size_t>(place.segment - segments_.front().number)];
  }
  [[nodiscard]] Place end_place() const { return {segments_.front().number, end_}; }
  [[nodiscard]] Place start_of_next() const { return next_ ? next_place_ : end_place(); }

  SegmentReader& reader_;
  const IdentityRecord& identity_;
  std::span<const Segment> segments_;
  std::uint32_t end_;
  const Link& last_;
  std::uint64_t expected_;           // the sequence of the next batch
  std::uint64_t newest_ = 0;         // sequence of any block found
  std::uint64_t known_durable_ = 0;  // as far as it lies behind `last`
  std::optional<BlockStamp> next_;   // any block of the next batch
  Place next_place_;                 // and where that batch begins
  TailVerdict verdict_;
};

}  // namespace

TailVerdict judge_tail(SegmentReader& reader, const IdentityRecord& identity,
                       std::span<const Segment> segments, std::uint32_t end, const Link& last) {
  return Tail(reader, identity, segments, end, last).judge();
}

}  // namespace decree::wal
