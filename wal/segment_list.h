// The segments that a directory holds.
#ifndef DECREE_WAL_SEGMENT_LIST_H_
#define DECREE_WAL_SEGMENT_LIST_H_

#include <string>
#include <vector>

#include "wal/disk.h"
#include "wal/identity.h"
#include "wal/segment_reader.h"

namespace decree::wal {

struct SegmentList {
  std::vector<Segment> needed;           // in order, consecutive
  std::vector<std::uint64_t> left_over;  // numbers of older ones, which may be gone or reused
};

/// Finds the segments from `first` on and checks their sizes and headers; none before the first
/// opening. Empty, or a sentence that says what is wrong.
std::string list_segments(Disk& disk, const IdentityRecord& identity, std::uint64_t first,
                          SegmentList& list);

/// Fills the first block of a new segment.
void seal_segment_header(Block block, const IdentityRecord& identity, const Segment& segment);

}  // namespace decree::wal

#endif  // DECREE_WAL_SEGMENT_LIST_H_
