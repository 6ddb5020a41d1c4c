// A batch: the records of one append, laid over stamped blocks.
#ifndef DECREE_WAL_BATCH_H_
#define DECREE_WAL_BATCH_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "paxos/record.h"
#include "wal/format.h"

namespace decree::wal {

/// The slots of a batch's records of kind accept or chosen; none: 0 and 0.
struct SlotRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

/// Bytes that the records take in a batch, with their headers.
std::uint64_t record_bytes(std::span<const Record> records);
/// Takes a record into the summary through its batch, and into the slots of that batch.
void add(Summary& summary, const Record& record);
void add(SlotRange& slots, const Record& record);

/// Lays the records over `blocks`, which must be blocks_for(record_bytes(records)) blocks long.
/// The stamps and the rest of the header are written by seal_batch().
void lay_out(std::span<const Record> records, std::span<std::byte> blocks);

/// Completes the header that lay_out() began and stamps every block. `self` has the batch's
/// sequence, lsn and epoch; its checksum is set.
void seal_batch(std::span<std::byte> blocks, const Link& previous, std::uint64_t durable,
                Place place, std::uint64_t secret, Link& self);

BatchHeader batch_header(ConstBlock first);

/// Fills the block of a mark: everything through `last` is durable.
void seal_mark(Block block, const Link& last, std::uint32_t epoch, Place place,
               std::uint64_t secret);
Link mark_link(ConstBlock mark);

/// The stamp of the batch that begins with this block, if one does that was written to this place
/// and fits in the `room` blocks from there on.
std::optional<BlockStamp> batch_stamp(ConstBlock block, Place place, std::uint32_t room,
                                      std::uint64_t secret);
/// True if all blocks behind the first, whose stamp is `first`, belong to it.
bool whole(std::span<const std::byte> blocks, const BlockStamp& first, std::uint64_t secret);

/// Calls `visit` for each record; their bytes are valid during the call. `scratch` is memory for
/// batches of several blocks. False if the records do not fit the header: a defect, since the
/// checksums were right.
bool visit_records(std::span<const std::byte> blocks, std::vector<std::byte>& scratch,
                   const std::function<void(const Record&)>& visit);

}  // namespace decree::wal

#endif  // DECREE_WAL_BATCH_H_
