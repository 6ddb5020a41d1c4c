// The segments that a directory holds.
#ifndef DECREE_WAL_SEGMENT_LIST_H_
#define DECREE_WAL_SEGMENT_LIST_H_

#include <string>
#include <vector>

#include "wal/disk.h"
#include "wal/identity.h"
#include "wal/segment_reader.h"

namespace decree::wal {

/// Finds the segments, in order, and checks their sizes and headers. Empty, or a sentence that says
/// what is wrong.
std::string list_segments(Disk& disk, const IdentityRecord& identity,
                          std::vector<Segment>& segments);

/// Fills the first block of a new segment.
void seal_segment_header(Block block, const IdentityRecord& identity, const Segment& segment);

}  // namespace decree::wal

#endif  // DECREE_WAL_SEGMENT_LIST_H_
