// What happens to a group, from one seed, whoever elects its leaders.
#ifndef DECREE_SIM_ELECTIONS_SCENARIO_H_
#define DECREE_SIM_ELECTIONS_SCENARIO_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/elections/group.h"

namespace decree::sim::elections {

/// What one run has shown. A *stable leader* is up, follows itself, and is followed by others that
/// can exchange messages with it in both directions, so that together they are a quorum: without a
/// break for ten timeouts.
struct Outcome {
  /// From the fault to the beginning of the first stable leadership; negative: none within the run.
  double timeouts = -1;
  /// Leaders that a quorum turned to although theirs was well, for a thousand timeouts.
  double changes = 0;
  double messages_per_s = 0;  // of the whole group
};

struct Scenario {
  std::string name = {};
  std::size_t replicas = 0;  // 0: three or five, by the seed
  /// Is done to a group that has a stable leader, and returns how many other leaders it makes
  /// necessary. Does it last, it goes on in `meanwhile`.
  std::function<int(Group& group, Random& random)> fault = {};
  std::function<void(Group& group, Random& random)> meanwhile = {};
  bool heavy_tail = false;       // of delays
  bool from_start = false;       // the start is the fault
  bool first_is_behind = false;  // the log of replica 1 is less complete than the others'
};

const std::vector<Scenario>& scenarios();

Outcome run(const Scenario& scenario, const MakeDetector& make, std::uint64_t seed);

}  // namespace decree::sim::elections

#endif  // DECREE_SIM_ELECTIONS_SCENARIO_H_
