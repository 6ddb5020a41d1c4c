// What the log's records say about slots.
#ifndef DECREE_REPLICA_SLOT_RECORDS_H_
#define DECREE_REPLICA_SLOT_RECORDS_H_

#include <string>

#include "paxos/core.h"
#include "paxos/record.h"
#include "transport/codec.h"

namespace decree::replica {

/// Puts back into the core what a record of kind accept, chosen or watermark says, found at start
/// in the order of the log. Empty, or why it cannot be.
std::string recover_slots(paxos::Core& core, transport::Decoder& decoder, const Record& record);

}  // namespace decree::replica

#endif  // DECREE_REPLICA_SLOT_RECORDS_H_
