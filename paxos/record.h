// What the protocol asks the log to keep. The log reads none of it but the header fields.
#ifndef DECREE_PAXOS_RECORD_H_
#define DECREE_PAXOS_RECORD_H_

#include <cstdint>
#include <span>

#include "decree/types.h"

namespace decree {

/// The ordinal of an append: 1, 2, ... over the life of a log. One append is durable as a whole.
struct Lsn {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const Lsn&) const = default;
};

enum class RecordKind : std::uint8_t {
  promise = 1,    // ballot: the promise
  accept = 2,     // ballot, first..last: an Accept frame as it came
  chosen = 3,     // first..last: a Chosen frame as it came
  watermark = 4,  // last: every slot through it is known chosen and announced
  lease = 5,      // last.value: the longest lease ever granted, in nanoseconds
  peer = 6,       // ballot.replica, ballot.incarnation: the incarnation first met for that replica
  repaired = 7,   // last: all through it is here again that first.value damaged places of the log
                  // before this record held (ballot.incarnation says which), and the damaged
                  // snapshot of slot ballot.round
  reserve = 8,    // ballot: the own ones through it may be used before their promise is durable
};

/// One record of an append. `bytes` are opaque to the log and must stay valid during the call only.
struct Record {
  RecordKind kind = RecordKind::promise;
  Ballot ballot;
  Slot first;
  Slot last;
  std::span<const std::byte> bytes;
};

}  // namespace decree

#endif  // DECREE_PAXOS_RECORD_H_
