// Makes a failing run smaller.
#ifndef DECREE_SIM_SHRINK_H_
#define DECREE_SIM_SHRINK_H_

#include <cstdint>
#include <string>

#include "decree/sim.h"
#include "sim/plan.h"

namespace decree::sim {

struct Shrunk {
  Shape shape;
  std::string failure;  // of the smallest run that was found
  std::size_t runs = 0;
};

/// Leaves out faults, clients and time as long as the run still fails, in whatever way. Empty
/// failure: the run does not fail alone.
[[nodiscard]] Shrunk shrink(std::uint64_t seed, const Shape& shape, const Subject& subject);

}  // namespace decree::sim

#endif  // DECREE_SIM_SHRINK_H_
