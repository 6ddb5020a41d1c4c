// The processes of one run, of which one carries the load.
#ifndef DECREE_BENCH_WORKER_GROUP_H_
#define DECREE_BENCH_WORKER_GROUP_H_

#include <cstddef>
#include <vector>

#include "bench/load.h"
#include "bench/process.h"

namespace decree::bench {

struct WorkerGroup {
  std::vector<Process> processes;
  std::size_t leader = 0;
};

struct Measurement {
  LoadResult load;
  double cpu_us_per_commit = 0;  // of all processes together
};

/// Sends one request to a worker and returns its answer.
nlohmann::json ask(Process& worker, const nlohmann::json& request, double patience_seconds);

/// One warm-up that is not counted, then the run.
Measurement measure(WorkerGroup& group, const LoadRequest& request);

}  // namespace decree::bench

#endif  // DECREE_BENCH_WORKER_GROUP_H_
