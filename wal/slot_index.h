// Where in the log which slots are: a few bytes for every 64 KiB.
#ifndef DECREE_WAL_SLOT_INDEX_H_
#define DECREE_WAL_SLOT_INDEX_H_

#include <cstdint>
#include <vector>

#include "wal/batch.h"

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
  /// Batches come in the order of the log.
  void add(Place place, std::uint32_t blocks, std::uint32_t epoch, const Summary& summary);
  /// In the order of the log.
  [[nodiscard]] const std::vector<Extent>& extents() const { return extents_; }

 private:
  std::vector<Extent> extents_;
};

}  // namespace decree::wal

#endif  // DECREE_WAL_SLOT_INDEX_H_
