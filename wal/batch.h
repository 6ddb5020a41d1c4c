// A batch: the records of one append, laid over stamped blocks.
#ifndef DECREE_WAL_BATCH_H_
#define DECREE_WAL_BATCH_H_

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "paxos/record.h"
#include "wal/format.h"

namespace decree::wal {

/// What one batch says to its successor.
struct Link {
  std::uint64_t sequence = 0;
  std::uint64_t checksum = 0;
  std::uint64_t lsn = 0;
  std::uint32_t epoch = 0;
  Summary summary;
};

/// Where a batch begins.
struct Place {
  std::uint64_t segment = 0;  // its number
  std::uint32_t block = 0;
};

/// Bytes that the records take in a batch, with their headers.
std::uint64_t record_bytes(std::span<const Record> records);
/// Takes a record into the summary of its batch.
void add(Summary& summary, const Record& record);

/// Lays the records over `blocks`, which must be blocks_for(record_bytes(records)) blocks long.
/// The stamps and the rest of the header are written by seal_batch().
void lay_out(std::span<const Record> records, std::span<std::byte> blocks);

/// Completes the header that lay_out() began and stamps every block. `self` has the batch's
/// sequence, lsn and epoch; its checksum is set.
void seal_batch(std::span<std::byte> blocks, const Link& previous, std::uint64_t durable,
                Place place, std::uint64_t secret, Link& self);

BatchHeader batch_header(ConstBlock first);

/// True if all blocks behind the first, whose stamp is `first`, belong to it.
bool whole(std::span<const std::byte> blocks, const BlockStamp& first, std::uint64_t secret);

/// Calls `visit` for each record; their bytes are valid during the call. `scratch` is memory for
/// batches of several blocks. False if the records do not fit the header: a defect, since the
/// checksums were right.
bool visit_records(std::span<const std::byte> blocks, std::vector<std::byte>& scratch,
                   const std::function<void(const Record&)>& visit);

}  // namespace decree::wal

#endif  // DECREE_WAL_BATCH_H_
