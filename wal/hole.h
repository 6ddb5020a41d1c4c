// What is damaged in a directory, and what is known of it.
#ifndef DECREE_WAL_HOLE_H_
#define DECREE_WAL_HOLE_H_

#include <string>

#include "paxos/record.h"
#include "wal/format.h"

namespace decree::wal {

/// Damaged batches in a row, or a snapshot. What lies behind them shows what they held at most.
struct Hole {
  Lsn after;         // the last append before it
  Summary through;   // of the log through its end
  std::string what;  // where it is, for people
};

}  // namespace decree::wal

#endif  // DECREE_WAL_HOLE_H_
