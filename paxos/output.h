// What the core asks its driver to do.
#ifndef DECREE_PAXOS_OUTPUT_H_
#define DECREE_PAXOS_OUTPUT_H_

#include <cstddef>
#include <span>
#include <vector>

#include "paxos/message.h"
#include "paxos/record.h"
#include "paxos/voters.h"

namespace decree::paxos {

/// A message and who gets it.
struct Outgoing {
  ReplicaSet to;
  Message message;
  std::size_t first = 0;  // where the message's values start, see Output::seal
  std::size_t count = 0;
};

/// A record of the append. A leader's own acceptance is the frame of its accept, which only exists
/// once the driver has encoded it: then `accept` is that message's index in Output::accepts.
struct RecordToAppend {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  Record record;
  BufferRef owner;  // keeps record.bytes alive
  std::size_t accept = kNone;
};

/// "Slots first..last are asked for by `to`, and are no longer in memory."
struct FetchFromLog {
  ReplicaId to;
  Slot first;
  Slot last;
};

/// Reused from turn to turn, so that steady state allocates nothing.
class Output {
 public:
  std::vector<Outgoing> accepts;        // sent first, before the log is written
  std::vector<RecordToAppend> records;  // one append, in this order
  Lsn lsn;                              // of that append; 0 when there are no records
  std::vector<Outgoing> messages;       // sent at once: whatever had to be durable for them, is
  std::vector<FetchFromLog> fetches;

  [[nodiscard]] bool empty() const;
  void clear();
  void swap(Output& other) noexcept;
  /// Points the spans of the messages at the values, which no longer move.
  void seal();

  std::vector<Value> values;            // of the accepts and chosen above
  std::vector<AcceptedValue> accepted;  // of the promises above
};

}  // namespace decree::paxos

#endif  // DECREE_PAXOS_OUTPUT_H_
