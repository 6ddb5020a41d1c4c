// Tells a torn end of the log, which is nobody's loss, from a damaged one, which is.
#ifndef DECREE_WAL_TAIL_H_
#define DECREE_WAL_TAIL_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "wal/batch.h"
#include "wal/identity.h"
#include "wal/segment_reader.h"

namespace decree::wal {

struct TailVerdict {
  std::uint64_t torn = 0;  // batches to cut off
  bool damaged = false;
  std::string problem;         // not empty: damaged, and how
  std::vector<Place> strange;  // blocks that are neither free nor anything that was written there
};

/// Judges everything behind `last`, the last batch of the chain: from block `end` of the first of
/// `segments` to the end of the last.
///
/// Torn: the next batch is not known durable, and some block of it holds older content: zeros, or
/// what an earlier opening wrote. Known durable is what a mark or a later header says to be, what
/// the last opening found, and what lies kMaxInFlight or more before any block.
TailVerdict judge_tail(SegmentReader& reader, const IdentityRecord& identity,
                       std::span<const Segment> segments, std::uint32_t end, const Link& last);

}  // namespace decree::wal

#endif  // DECREE_WAL_TAIL_H_
