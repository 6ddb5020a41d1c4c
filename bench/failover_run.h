// Leaders that are killed one after the other, under load.
#ifndef DECREE_BENCH_FAILOVER_RUN_H_
#define DECREE_BENCH_FAILOVER_RUN_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "bench/failover_report.h"

namespace decree::bench {

struct FailoverSettings {
  std::string name;
  Options options;  // of which the spans of time count
  std::size_t kills = 50;
  double idle_seconds = 2;        // before the first kill
  double load_seconds = 0.5;      // before each kill, at least
  std::uint32_t outstanding = 4;  // writes at each of the two followers
};

/// Starts a group with logs below `directory`, which exists, and kills its leader again and again.
/// What was killed comes back and has applied everything before the next kill. Throws
/// std::runtime_error if replicas disagree or do not come back.
FailoverRun run_failover(const FailoverSettings& settings, const std::string& directory);

}  // namespace decree::bench

#endif  // DECREE_BENCH_FAILOVER_RUN_H_
