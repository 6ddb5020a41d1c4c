// Messages as a person reads them in a trace.
#ifndef DECREE_SIM_DESCRIBE_H_
#define DECREE_SIM_DESCRIBE_H_

#include <string>

#include "paxos/message.h"

namespace decree::sim {

/// "round.replica", or "none".
[[nodiscard]] std::string describe(const Ballot& ballot);
/// One line.
[[nodiscard]] std::string describe(const Message& message);

}  // namespace decree::sim

#endif  // DECREE_SIM_DESCRIBE_H_
