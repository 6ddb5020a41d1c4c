// One run: one seed, from its plan to its verdict.
#ifndef DECREE_SIM_RUN_H_
#define DECREE_SIM_RUN_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "decree/sim.h"
#include "sim/coverage.h"
#include "sim/plan.h"

namespace decree::sim {

struct RunResult {
  std::string failure;       // empty: clean
  std::uint64_t digest = 0;  // of everything that happened
  std::uint64_t events = 0;
  std::uint64_t operations = 0;  // requests of clients that were done
  std::int64_t virtual_ns = 0;
  Coverage coverage;
  std::string trace;  // the last events of each replica, if asked for
};

/// `trace_lines`: how many lines of each replica's trace to keep.
[[nodiscard]] RunResult run_plan(const Plan& plan, const Subject& subject, std::size_t trace_lines);

}  // namespace decree::sim

#endif  // DECREE_SIM_RUN_H_
