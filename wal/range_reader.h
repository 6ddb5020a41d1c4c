// Reads back the records that hold given slots.
#ifndef DECREE_WAL_RANGE_READER_H_
#define DECREE_WAL_RANGE_READER_H_

#include <cstdint>
#include <span>
#include <system_error>
#include <vector>

#include "wal/identity.h"
#include "wal/log.h"
#include "wal/segment_reader.h"
#include "wal/segment_supply.h"
#include "wal/slot_index.h"

namespace decree::wal {

/// For one call of Log::read. Both functions return false when there is no point in going on: the
/// budget is used up, or error() says why.
class RangeReader {
 public:
  RangeReader(Disk& disk, const SegmentSupply& supply, const IdentityRecord& identity, Slot first,
              Slot last, std::uint64_t budget_bytes, const Log::Visitor& visit);

  bool read_extent(const Extent& extent);
  bool read_batch(std::span<const std::byte> blocks, Lsn lsn);
  [[nodiscard]] std::error_code error() const { return error_; }

 private:
  /// Reads the batch at `block`, if there is one; answers how far it is to the next.
  std::uint32_t step(const Extent& extent, std::uint32_t block, std::uint32_t& batches);
  void offer(Lsn lsn, const Record& record);

  const SegmentSupply& supply_;
  const IdentityRecord& identity_;
  Slot first_;
  Slot last_;
  std::uint64_t budget_;
  const Log::Visitor& visit_;
  SegmentReader reader_;
  std::vector<std::byte> scratch_;
  std::error_code error_;
};

}  // namespace decree::wal

#endif  // DECREE_WAL_RANGE_READER_H_
