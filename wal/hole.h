// What is damaged in a directory, and what is known of it.
#ifndef DECREE_WAL_HOLE_H_
#define DECREE_WAL_HOLE_H_

#include <cstdint>
#include <string>

#include "paxos/record.h"
#include "wal/format.h"

namespace decree::wal {

/// What is missing. What lies behind it shows what it held at most.
struct Hole {
  enum class Kind {
    batches,   // damaged, in a row
    snapshot,  // damaged
    dropped,   // slots that the newest snapshot should have and has not: repair was under way
  };
  Kind kind = Kind::batches;
  Slot snapshot;     // the damaged one
  Lsn after;         // the last append before it
  Summary through;   // of the log through its end
  std::string what;  // where it is, for people
};

/// The damaged places of a log, so that others than these can be told from them.
struct DamagedPlaces {
  std::uint64_t count = 0;
  std::uint64_t where = 0;

  void add(const Hole& hole) {
    ++count;
    where = (where ^ hole.after.value) * 0x100000001b3;  // FNV
  }
  bool operator==(const DamagedPlaces&) const = default;
};

}  // namespace decree::wal

#endif  // DECREE_WAL_HOLE_H_
