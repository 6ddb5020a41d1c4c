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
    do {
      while (const std::optional<BatchView> batch = next()) {
        if (take(*batch)) continue;
        refuse(*batch);
        return result_;
      }
      skip_mark();
      judge();
    } while (result_.damaged && resume());
    result_.end = Place{segment().number, block_};
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
      bool sound = true;
      for (std::uint32_t block = first; block < first + 2; ++block) {
        if (block >= segments_[segment].blocks) break;
        std::optional<BatchView> batch = batch_at({segment, block});
        if (!batch) {
          sound = sound && is_sound({segment, block});
          continue;
        }
        if (!sound) spoil(segment);
        segment_ = segment;
        return batch;
      }
    }
    return {};
  }

  std::optional<BatchView> batch_at(Position at) {
    std::optional<BatchView> batch = any_batch_at(at);
    return batch && follows(batch->stamp, batch->header) ? batch : std::nullopt;
  }

  /// A whole batch, be it of the chain or not.
  std::optional<BatchView> any_batch_at(Position at) {
    const Segment& where = segments_[at.segment];
    std::span<const std::byte> blocks = reader_.blocks(where, at.block, 1);
    if (blocks.empty()) return {};
    const Place place{where.number, at.block};
    const std::optional<BlockStamp> stamp =
        batch_stamp(block_at(blocks, 0), place, where.blocks - at.block, identity_.secret);
    if (!stamp) return {};
    const BatchHeader header = batch_header(block_at(blocks, 0));
    if (stamp->count > 1) blocks = reader_.blocks(where, at.block, stamp->count);
    if (blocks.empty() || !whole(blocks, *stamp, identity_.secret)) return {};
    return BatchView{place, *stamp, header, blocks};
  }

  [[nodiscard]] bool follows(const BlockStamp& stamp, const BatchHeader& header) const {
    const Link& last = result_.last;
    if (header.previous_sequence != last.sequence || header.previous_checksum != last.checksum ||
        header.lsn != last.lsn + 1) {
      return false;
    }
    // What the last opening found was all there was: behind it only its own batches count.
    const bool of_last_opening = last.sequence >= identity_.found.sequence;
    if ((stamp.epoch == identity_.epoch) != of_last_opening) return false;
    if (stamp.epoch == last.epoch) return stamp.sequence == last.sequence + 1;
    if (of_last_opening) return stamp.sequence == identity_.first_sequence;
    return stamp.epoch > last.epoch && stamp.sequence > last.sequence;
  }

  bool take(const BatchView& batch) {
    SlotRange slots;
    Link self{batch.stamp.sequence, batch.stamp.checksum, batch.header.lsn, batch.stamp.epoch, 0,
              result_.last.summary};
    const bool sound = visit_records(batch.blocks, scratch_, [&](const Record& record) {
      add(self.summary, record);
      add(slots, record);
      visitor_.on_record(batch, record);
    });
    if (!sound) return false;
    visitor_.on_batch(batch, slots, self);
    result_.last = self;
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
    const std::optional<Link> link = mark_at(block, where, position);
    return link && link->sequence == result_.last.sequence && link->epoch == result_.last.epoch;
  }

  [[nodiscard]] std::optional<Link> mark_at(ConstBlock block, const Segment& where,
                                            std::uint32_t position) const {
    const std::optional<BlockStamp> stamp = unseal(block, identity_.secret);
    const bool is_mark = stamp && stamp->kind == static_cast<std::uint32_t>(BlockKind::mark) &&
                         stamp->position == position &&
                         stamp->segment == static_cast<std::uint32_t>(where.number);
    return is_mark ? std::optional(mark_link(block)) : std::nullopt;
  }

  void judge() {
    const TailVerdict verdict =
        judge_tail(reader_, identity_, segments_.subspan(segment_), block_, result_.last);
    result_.cut = verdict.torn;
    result_.problem = verdict.problem;
    result_.damaged = verdict.damaged;
    result_.strange = verdict.strange;
  }

  /// Goes on behind the damage where something says what the log held until there: the next whole
  /// batch, a mark, or the identity of where the last opening went on. False if nothing does: what
  /// was promised last may be lost then.
  bool resume() {
    for (std::size_t segment = segment_; segment < segments_.size(); ++segment) {
      const std::uint32_t first = segment == segment_ ? block_ : 1;
      for (std::uint32_t block = first; block < segments_[segment].blocks; ++block) {
        if (resume_at({segment, block})) return true;
      }
      if (resume_at_end({segment, segments_[segment].blocks})) return true;
    }
    return false;
  }

  bool resume_at(Position at) {
    const Segment& where = segments_[at.segment];
    if (const std::optional<BatchView> batch = any_batch_at(at)) {
      const BatchHeader& header = batch->header;
      const Link before{header.previous_sequence, header.previous_checksum, header.lsn - 1, 0, 0,
                        header.previous};
      if (is_later(batch->stamp.sequence, batch->stamp.epoch, header.lsn)) {
        skip_to(at, before);
        if (take(*batch)) return true;
        refuse(*batch);
        return false;
      }
    }
    const std::span<const std::byte> blocks = reader_.blocks(where, at.block, 1);
    const auto mark = blocks.empty() ? std::nullopt : mark_at(block_at(blocks, 0), where, at.block);
    if (mark && is_later(mark->sequence, mark->epoch, mark->lsn)) {
      skip_to({at.segment, at.block + 1}, *mark);
      return true;
    }
    return resume_at_end(at);
  }

  /// The last opening may have gone on behind a mark: if only that is damaged, nothing is lost.
  bool resume_at_end(Position at) {
    const bool end =
        segments_[at.segment].number == identity_.end.segment && at.block == identity_.end.block;
    const bool here = at.segment == segment_ && at.block == block_;
    const std::uint64_t found = identity_.found.sequence;
    if (!end || here || found < result_.last.sequence) return false;
    skip_to(at, identity_.found);
    return true;
  }

  /// Not what an opening cut off.
  [[nodiscard]] bool is_later(std::uint64_t sequence, std::uint32_t epoch,
                              std::uint64_t lsn) const {
    if (sequence <= result_.last.sequence || lsn <= result_.last.lsn) return false;
    if (epoch == identity_.epoch) return sequence >= identity_.first_sequence;
    return epoch < identity_.epoch && sequence <= identity_.found.sequence;
  }

  /// A block that may be part of this log, or of what the file held before.
  bool is_sound(Position at) {
    const std::span<const std::byte> blocks = reader_.blocks(segments_[at.segment], at.block, 1);
    return !blocks.empty() && (all_zero(blocks) || unseal(block_at(blocks, 0), identity_.secret));
  }

  void spoil(std::size_t segment) { result_.spoiled = segments_[segment].number; }

  void skip_to(Position at, const Link& before) {
    spoil(at.segment);
    const Place from{segment().number, block_};
    segment_ = at.segment;
    block_ = at.block;
    if (before.sequence > result_.last.sequence) {
      ++result_.holes;
      visitor_.on_hole({Hole::Kind::batches, Slot{}, Lsn{result_.last.lsn}, before.summary,
                        name_of_place(from.segment, from.block) + ": the appends " +
                            std::to_string(result_.last.lsn + 1) + " to " +
                            std::to_string(before.lsn) + " are damaged, as far as " +
                            name_of_place(segment().number, block_)});
      result_.last = before;
    }
    result_.problem.clear();
    result_.damaged = false;
  }

  /// Its records cannot be read.
  void refuse(const BatchView& batch) {
    result_.end = batch.place;
    result_.damaged = true;
    result_.problem = name_of_place(batch.place.segment, batch.place.block) + ", sequence " +
                      std::to_string(batch.stamp.sequence) +
                      ": the records do not fill the batch, although its checksums are right: "
                      "written by a defective program";
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
