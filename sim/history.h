// What clients saw: the input of the linearizability checker.
#ifndef DECREE_SIM_HISTORY_H_
#define DECREE_SIM_HISTORY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "decree/sim.h"

namespace decree::sim {

using Outcome = Call::Outcome;

/// What a key holds; none: it does not exist. Integers are decimal text, as in Redis.
using Value = std::optional<std::string>;

enum class OperationKind : std::uint8_t {
  get,        // answers the value
  set,        // the answer says nothing
  getset,     // answers the value before
  increment,  // by one; answers the number after
  append,     // answers the length after
};

/// One request of one client. Times are of one monotonic clock for all clients of a history.
struct Operation {
  OperationKind kind = OperationKind::get;
  int client = 0;
  std::string key;
  std::string argument;  // of set, getset and append
  Outcome outcome = Outcome::unknown;
  Value result;                  // meaningful only when done
  std::int64_t invoked_ns = 0;   // just before the request could leave
  std::int64_t returned_ns = 0;  // just after the answer was in; meaningless when unknown
};

using History = std::vector<Operation>;

}  // namespace decree::sim

#endif  // DECREE_SIM_HISTORY_H_
