// Is a history of concurrent operations linearizable? Herlihy and Wing, "Linearizability: a
// correctness condition for concurrent objects" (1990).
#ifndef DECREE_SIM_LINEARIZABILITY_H_
#define DECREE_SIM_LINEARIZABILITY_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "sim/history.h"

namespace decree::sim {

struct Linearizability {
  enum class Kind : std::uint8_t {
    linearizable,
    not_linearizable,
    undecided,  // gave up: too many orders are possible at one moment
  };
  Kind kind = Kind::linearizable;
  std::string key;         // the first one that fails, in alphabetical order
  std::size_t prefix = 0;  // how many operations on it, by their return, can be explained
  std::string diagnosis;   // for a person, several lines; empty when linearizable
  explicit operator bool() const { return kind == Kind::linearizable; }
};

/// Each key is judged alone, which is enough ("locality", section 3.3 of the paper). An operation
/// that failed must have had no effect; an unknown one may take effect once, at any time after its
/// invocation, or never. Keys do not exist before the history begins.
///
/// Throws std::invalid_argument, naming the operation, for a history that nobody can have seen: one
/// that returns before it is invoked, or more than 64 done operations on a key at the same time.
Linearizability check_linearizable(std::span<const Operation> history);

/// One line: who, what, answer, and the times in milliseconds after `origin_ns`.
std::string describe(const Operation& operation, std::int64_t origin_ns);

}  // namespace decree::sim

#endif  // DECREE_SIM_LINEARIZABILITY_H_
