// Where in the log which slots are: a few bytes for every 64 KiB.
#ifndef DECREE_WAL_SLOT_INDEX_H_
#define DECREE_WAL_SLOT_INDEX_H_

#include <cstdint>
#include <vector>

#include "wal/batch.h"
#include "wal/log_start.h"

namespace decree::wal {

/// A run of blocks in one segment, with batches of one opening and marks between them.
struct Extent {
  std::uint64_t segment = 0;
  std::uint32_t block = 0;
  std::uint32_t count = 0;
  std::uint32_t epoch = 0;
  std::uint32_t batches = 0;
  std::uint64_t first_slot = 0;  // least and greatest slot of accept and chosen records; 0: none
  std::uint64_t last_slot = 0;

  [[nodiscard]] bool overlaps(Slot first, Slot last) const {
    return first_slot <= last.value && last_slot >= first.value;
  }
};

class SlotIndex {
 public:
  explicit SlotIndex(const LogStart& start) : start_(start), last_(start.before) {}

  /// Batches come in the order of the log.
  void add(Place place, std::uint32_t blocks, const SlotRange& slots, const Link& batch);
  /// Records of the slots from `first` through this one take about so many bytes, at least.
  [[nodiscard]] Slot reach(Slot first, std::uint64_t bytes) const;
  /// Where the log may begin if the slots through `last` are not needed: at the first segment that
  /// holds a higher one, or else at the one of the newest batch; but not before so many segments in
  /// front of that one.
  [[nodiscard]] LogStart start_behind(Slot last, std::uint64_t kept_segments) const;
  /// Where the log may begin if nothing is needed: `segment` gets the batch behind `newest`.
  [[nodiscard]] LogStart start_at(std::uint64_t segment, const Link& newest) const;
  /// The greatest slot of which there is a record.
  [[nodiscard]] Slot last_slot() const;
  void begin_at(const LogStart& start);
  /// Where the log begins now.
  [[nodiscard]] const LogStart& start() const { return start_; }
  /// In the order of the log.
  [[nodiscard]] const std::vector<Extent>& extents() const { return extents_; }

 private:
  struct SegmentStart {
    std::uint64_t segment = 0;
    Link before;
  };

  LogStart start_;
  Link last_;  // the newest batch
  std::vector<Extent> extents_;
  std::vector<SegmentStart> starts_;  // of the segments that have batches
};

}  // namespace decree::wal

#endif  // DECREE_WAL_SLOT_INDEX_H_
