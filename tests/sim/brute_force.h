// Linearizability by trying everything: slow, and simple enough to be believed.
#ifndef DECREE_TESTS_SIM_BRUTE_FORCE_H_
#define DECREE_TESTS_SIM_BRUTE_FORCE_H_

#include <span>

#include "sim/history.h"

namespace decree::sim {

/// For a history on one key of at most about eight operations. Shares no code with the checker.
bool linearizable_by_brute_force(std::span<const Operation> history);

}  // namespace decree::sim

#endif  // DECREE_TESTS_SIM_BRUTE_FORCE_H_
