#include "replica/standing.h"

#include <algorithm>

namespace decree::replica {

void Standing::add(const Record& record) {
  const bool accepts = record.kind == RecordKind::accept;
  // The record of an accept implies the promise of its ballot.
  if (accepts || record.kind == RecordKind::promise || record.kind == RecordKind::reserve) {
    promised = std::max(promised, record.ballot);
  }
  if (accepts || record.kind == RecordKind::chosen) log_end = std::max(log_end, record.last);
}

void Standing::add(const Standing& other) {
  promised = std::max(promised, other.promised);
  log_end = std::max(log_end, other.log_end);
}

}  // namespace decree::replica
