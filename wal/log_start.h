// Where a log begins whose older segments are no longer needed.
#ifndef DECREE_WAL_LOG_START_H_
#define DECREE_WAL_LOG_START_H_

#include <cstdint>

#include "decree/types.h"
#include "wal/format.h"

namespace decree::wal {

/// By default the beginning of a new log. Otherwise kept by a snapshot, durable before anything is
/// dropped: without it recovery would take the missing segments for a hole.
struct LogStart {
  std::uint64_t segment = 1;  // the first one that is needed
  Link before;                // the last batch before it
  Slot dropped;               // of slots through this one not every record is here; 0: of none
};

}  // namespace decree::wal

#endif  // DECREE_WAL_LOG_START_H_
