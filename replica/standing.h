// What a replica's log holds for good.
#ifndef DECREE_REPLICA_STANDING_H_
#define DECREE_REPLICA_STANDING_H_

#include "paxos/record.h"

namespace decree::replica {

/// The highest ballot and the last slot among some records. Of all durable records of a directory
/// it only grows, over crashes too: a durable record is never lost, and what recovery cuts off at
/// the end of the log was never durable. Whoever drops old records must keep their standing.
struct Standing {
  Ballot promised;  // or reserved for a candidacy
  Slot log_end;     // of a record, be its slots known chosen or merely accepted

  void add(const Record& record);
  void add(const Standing& other);
  [[nodiscard]] bool covers(const Standing& other) const {
    return promised >= other.promised && log_end >= other.log_end;
  }
};

}  // namespace decree::replica

#endif  // DECREE_REPLICA_STANDING_H_
