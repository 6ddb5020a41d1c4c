#include "wal/recovery.h"

#include <optional>

#include "paxos/assert.h"
#include "wal/tail.h"

namespace decree::wal {
namespace {

class Chain {
 public:
  Chain(SegmentReader& reader, const IdentityRecord& identity, const Link& before,
        std::span<const Segment> segments, RecoveryVisitor& visitor)
      : reader_(reader), identity_(identity), segments_(segments), visitor_(visitor) {
    result_.last = before;
  }

  Recovered run() {
    while (const std::optional<BatchView> batch = next()) {
      if (!take(*batch)) return malformed(*batch);
    }
    skip_mark();
    result_.end = Place{segment().number, block_};
    if (reader_.error()) {
      result_.problem = name_of_place(segment().number, block_) +
                        ": cannot be read: " + reader_.error().message();
      return result_;
    }
    judge();
    return result_;
  }

 private:
  struct Position {
    std::size_t segment;
    std::uint32_t block;
  };

  [[nodiscard]] const Segment& segment() const { return segments_[segment_]; }

  /// A mark that was under way with its successor may be lost, which harms nobody: so the next
  /// batch is here or one block further, or likewise at the beginning of a later segment: the first
  /// one that it fits in.
  std::optional<BatchView> next() {
    for (std::size_t segment = segment_; segment < segments_.size(); ++segment) {
      const std::uint32_t first = segment == segment_ ? block_ : 1;
      for (std::uint32_t block = first; block < first + 2; ++block) {
        if (block >= segments_[segment].blocks) break;
        std::optional<BatchView> batch = batch_at({segment, block});
        if (!batch) continue;
        segment_ = segment;
        return batch;
      }
    }
    return {};
  }

  std::optional<BatchView> batch_at(Position at) {
    const Segment& where = segments_[at.segment];
    std::span<const std::byte> blocks = reader_.blocks(where, at.block, 1);
    if (blocks.empty()) return {};
    const std::optional<BlockStamp> stamp = unseal(block_at(blocks, 0), identity_.secret);
    if (!stamp || !begins_here(*stamp, where, at.block)) return {};
    const BatchHeader header = batch_header(block_at(blocks, 0));
    if (!follows(*stamp, header)) return {};
    if (stamp->count > 1) blocks = reader_.blocks(where, at.block, stamp->count);
    if (blocks.empty() || !whole(blocks, *stamp, identity_.secret)) return {};
    return BatchView{Place{where.number, at.block}, *stamp, header, blocks};
  }

  static bool begins_here(const BlockStamp& stamp, const Segment& where, std::uint32_t block) {
    return stamp.kind == static_cast<std::uint32_t>(BlockKind::batch) && stamp.index == 0 &&
           stamp.position == block && stamp.segment == static_cast<std::uint32_t>(where.number) &&
           stamp.count > 0 && stamp.count <= where.blocks - block;
  }

  [[nodiscard]] bool follows(const BlockStamp& stamp, const BatchHeader& header) const {
    const Link& last = result_.last;
    if (header.previous_sequence != last.sequence || header.previous_checksum != last.checksum ||
        header.lsn != last.lsn + 1) {
      return false;
    }
    // What the last opening found was all there was: behind it only its own batches count.
    const bool of_last_opening = last.sequence >= identity_.recovered;
    if ((stamp.epoch == identity_.epoch) != of_last_opening) return false;
    if (stamp.epoch == last.epoch) return stamp.sequence == last.sequence + 1;
    if (of_last_opening) return stamp.sequence == identity_.first_sequence;
    return stamp.epoch > last.epoch && stamp.sequence > last.sequence;
  }

  bool take(const BatchView& batch) {
    Summary summary;
    const bool sound = visit_records(batch.blocks, scratch_, [&](const Record& record) {
      add(summary, record);
      visitor_.on_record(batch, record);
    });
    if (!sound) return false;
    visitor_.on_batch(batch, summary);
    result_.last = Link{batch.stamp.sequence, batch.stamp.checksum, batch.header.lsn,
                        batch.stamp.epoch, summary};
    block_ = batch.place.block + batch.stamp.count;
    return true;
  }

  void skip_mark() {
    for (const Position at : {Position{segment_, block_}, Position{segment_ + 1, 1}}) {
      if (at.segment >= segments_.size() || at.block >= segments_[at.segment].blocks) continue;
      const std::span<const std::byte> blocks = reader_.blocks(segments_[at.segment], at.block, 1);
      if (blocks.empty()) return;
      if (!is_mark_of_last(block_at(blocks, 0), segments_[at.segment], at.block)) continue;
      segment_ = at.segment;
      block_ = at.block + 1;
      return;
    }
  }

  [[nodiscard]] bool is_mark_of_last(ConstBlock block, const Segment& where,
                                     std::uint32_t position) const {
    const std::optional<BlockStamp> stamp = unseal(block, identity_.secret);
    return stamp && stamp->kind == static_cast<std::uint32_t>(BlockKind::mark) &&
           stamp->sequence == result_.last.sequence && stamp->epoch == result_.last.epoch &&
           stamp->position == position &&
           stamp->segment == static_cast<std::uint32_t>(where.number);
  }

  void judge() {
    const TailVerdict verdict =
        judge_tail(reader_, identity_, segments_.subspan(segment_), block_, result_.last);
    result_.cut = verdict.torn;
    result_.problem = verdict.problem;
    result_.damaged = verdict.damaged;
  }

  Recovered malformed(const BatchView& batch) {
    result_.end = batch.place;
    result_.damaged = true;
    result_.problem = name_of_place(batch.place.segment, batch.place.block) + ", sequence " +
                      std::to_string(batch.stamp.sequence) +
                      ": the records do not fill the batch, although its checksums are right: "
                      "written by a defective program";
    return result_;
  }

  SegmentReader& reader_;
  const IdentityRecord& identity_;
  std::span<const Segment> segments_;
  RecoveryVisitor& visitor_;
  std::vector<std::byte> scratch_;
  Recovered result_;
  std::size_t segment_ = 0;  // where the next batch is expected
  std::uint32_t block_ = 1;  // behind the segment's header
};

}  // namespace

Recovered recover(SegmentReader& reader, const IdentityRecord& identity, const Link& before,
                  std::span<const Segment> segments, RecoveryVisitor& visitor) {
  DECREE_ASSERT(!segments.empty(), "a log has at least one segment");
  return Chain(reader, identity, before, segments, visitor).run();
}

}  // namespace decree::wal
