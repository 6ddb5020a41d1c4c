#include "wal/range_reader.h"

#include <algorithm>
#include <optional>

#include "wal/batch.h"

namespace decree::wal {
namespace {

std::error_code damage() { return std::make_error_code(std::errc::io_error); }

}  // namespace

RangeReader::RangeReader(Disk& disk, const SegmentSupply& supply, const IdentityRecord& identity,
                         Slot first, Slot last, std::uint64_t budget_bytes,
                         const Log::Visitor& visit)
    : supply_(supply),
      identity_(identity),
      first_(first),
      last_(last),
      budget_(budget_bytes),
      visit_(visit),
      reader_(disk) {}

bool RangeReader::read_extent(const Extent& extent) {
  std::uint32_t batches = 0;
  const std::uint32_t end = extent.block + extent.count;
  for (std::uint32_t block = extent.block; block < end && budget_ != 0 && !error_;) {
    block += step(extent, block, batches);
  }
  if (!error_ && budget_ != 0 && batches != extent.batches) error_ = damage();
  return !error_ && budget_ != 0;
}

std::uint32_t RangeReader::step(const Extent& extent, std::uint32_t block, std::uint32_t& batches) {
  const Segment& segment = supply_.segment(extent.segment);
  std::span<const std::byte> bytes = reader_.blocks(segment, block, 1);
  std::optional<BlockStamp> stamp;
  if (!bytes.empty()) {
    stamp = batch_stamp(block_at(bytes, 0), {extent.segment, block},
                        extent.block + extent.count - block, identity_.secret);
  }
  // Between batches there may be a mark, or what its loss left over: of another segment, if the
  // file was used before.
  const bool batch = stamp && stamp->epoch == extent.epoch;
  if (batch) bytes = reader_.blocks(segment, block, stamp->count);
  if (bytes.empty()) error_ = reader_.error();
  if (error_ || !batch) return 1;
  if (!whole(bytes, *stamp, identity_.secret)) {
    error_ = damage();
    return 1;
  }
  ++batches;
  read_batch(bytes, Lsn{batch_header(block_at(bytes, 0)).lsn});
  return stamp->count;
}

bool RangeReader::read_batch(std::span<const std::byte> blocks, Lsn lsn) {
  visit_records(blocks, scratch_, [&](const Record& record) { offer(lsn, record); });
  return budget_ != 0;
}

void RangeReader::offer(Lsn lsn, const Record& record) {
  const bool slots = record.kind == RecordKind::accept || record.kind == RecordKind::chosen;
  if (!slots || record.first > last_ || record.last < first_ || budget_ == 0) return;
  visit_(lsn, record);
  budget_ -= std::min<std::uint64_t>(budget_, std::max<std::uint64_t>(record.bytes.size(), 1));
}

}  // namespace decree::wal
