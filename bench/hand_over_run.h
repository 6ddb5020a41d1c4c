// Orderly changes of leaders and of processes, under load.
#ifndef DECREE_BENCH_HAND_OVER_RUN_H_
#define DECREE_BENCH_HAND_OVER_RUN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/hand_over_report.h"
#include "decree/options.h"

namespace decree::bench {

struct HandOverSettings {
  Options options;  // of which the spans of time count
  std::size_t hand_overs = 50;
  std::size_t rolling_restarts = 3;  // each of all three replicas, one after the other
  double load_seconds = 0.5;         // before each
  std::uint32_t outstanding = 4;     // writes at each of the two that nothing is done to
};

/// Starts a group with logs below `directory`, which exists. Throws std::runtime_error if a request
/// fails for good, or replicas disagree or do not come back.
std::vector<PauseRun> run_hand_overs(const HandOverSettings& settings,
                                     const std::string& directory);

}  // namespace decree::bench

#endif  // DECREE_BENCH_HAND_OVER_RUN_H_
