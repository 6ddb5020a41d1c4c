// What plans and faults draw: lengths of time, and numbers on both sides of zero.
#ifndef DECREE_SIM_DRAW_H_
#define DECREE_SIM_DRAW_H_

#include <cstdint>

#include "decree/sim.h"
#include "sim/timeline.h"

namespace decree::sim {

/// From nothing to `most`, both included.
inline Duration draw_up_to(Random& random, Duration most) {
  return {static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most.ns) + 1))};
}

/// From `first` to `last` microseconds, both included.
inline Duration draw_micros(Random& random, std::uint64_t first, std::uint64_t last) {
  return Duration::micros(static_cast<std::int64_t>(random.between(first, last)));
}

/// From -`bound` to `bound`, both included.
inline std::int64_t draw_within(Random& random, std::int64_t bound) {
  return static_cast<std::int64_t>(random.below(2 * static_cast<std::uint64_t>(bound) + 1)) - bound;
}

}  // namespace decree::sim

#endif  // DECREE_SIM_DRAW_H_
